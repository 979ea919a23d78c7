// What a view shows: run in the page, answered to the test.
const tight = (e) => { const b = e.getBoundingClientRect(); return b.height < 43.5 || b.width < 24 }
const named = (e) => e.textContent.trim() || e.getAttribute("aria-label") || e.getAttribute("aria-labelledby") || (e.labels && e.labels.length)
const shown = (e) => e.offsetParent !== null && getComputedStyle(e).visibility !== "hidden"
const all = (q) => [...document.querySelectorAll(q)].filter(shown)
return {
  lang: document.documentElement.lang,
  headings: all("main h1").length,
  width: innerWidth, wide: document.documentElement.scrollWidth,
  small: all("button, input, textarea").filter(tight).map((e) => e.outerHTML),
  unsaid: all("[data-say]").filter((e) => e.textContent === e.dataset.say && e.textContent.includes("_")).map((e) => e.dataset.say),
  nameless: all("button, input, textarea").filter((e) => !named(e)).map((e) => e.outerHTML),
}
