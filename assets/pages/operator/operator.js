// The console: what plays, what comes, and the hands that steer it. Nothing changes here before the show has said so.
import { Line } from "./line.js"
import { holding } from "./press.js"
import { Rows, element } from "./rows.js"
import { Looks, drawLog, drawQueue, drawRows, drawTablets } from "./panels.js"

const byId = (id) => document.getElementById(id)
const WORDS = JSON.parse(byId("said_words").textContent)
const TOKEN = "sleeptree console", TONGUE = "sleeptree language", NAME = "sleeptree tablet"
const TABS = ["play", "looks", "words", "health"], TOUCH_MS = 30000, UNSEEN_MS = 2500, SAID_MS = 6000
const GO = "/show/go", BACK = "/show/back", HOLD = "/show/hold", CALM = "/show/calm", BLACKOUT = "/show/blackout", SECTION = "/show/section"
const UNDO = "/undo", REDO = "/redo", LOAD = "/preset/load", SAVE = "/preset/save", MORPH = "/preset/morph", CROWD = "/dream/crowd", CROWD_MOST = "/dream/crowd_most"
const APART = new Set([GO, BACK, HOLD, CALM, BLACKOUT, SECTION, LOAD, SAVE, MORPH, CROWD_MOST, "/show/go_from"])
const ORDER = ["hand", "dream", "light", "sound", "camera", "", "show", "gesture", "lock", "dmx", "preset", "midi", "verse"] // "": a scene's own

const kept = {
  get(name) { try { return sessionStorage.getItem(name) || localStorage.getItem(name) } catch { return null } },
  set(name, value) { try { sessionStorage.setItem(name, value) } catch { /* for this page only */ } },
  drop(name) { try { sessionStorage.removeItem(name); localStorage.removeItem(name) } catch { /* nothing was kept */ } },
}
let language = kept.get(TONGUE) || [...(navigator.languages || ["en"])].map((l) => l.slice(0, 2)).find((l) => WORDS[l]) || "en"
let pairing = null, me = { role: "", id: "", name: "" }, score = { rows: [], sections: [] }, state = { on: false }
let armed = false, tab = "play", lines = [], told = [], tablets = [], health = { rows: [], pages: {} }, seen = 0, touched = 0, saidTimer = 0, wall = ""

const say = (key, values = {}, otherwise = key) => (WORDS[language][key] ?? otherwise).replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "")
const named = (row) => say(row.a, {}, row.a.split("/").pop().replaceAll("_", " "))
const mayDo = (address) => score.rows.some((row) => row.a === address && row.may.includes(me.role))
function setText(id, text) { const e = byId(id); if (e.textContent !== text) e.textContent = text }
function complain(why) {
  setText("said", why ? say(`why_${why}`, {}, why) : "")
  clearTimeout(saidTimer)
  if (why) saidTimer = setTimeout(() => setText("said", ""), SAID_MS)
}

const line = new Line({
  greet() {
    if (pairing) return pairing
    const token = kept.get(TOKEN)
    return token ? { k: "hello", token } : null
  },
  take(message) { if (Object.hasOwn(takes, message.k)) takes[message.k](message) },
  picture(bytes) {
    if (bytes[0] === 1) looks.still(new TextDecoder().decode(bytes.subarray(2, 2 + bytes[1])), bytes.slice(2 + bytes[1]))
    else showPicture(bytes.slice(1))
  },
  state() { state = { ...state, on: false }; drawState() },
})

// asks the show, and marks what was pressed until it is answered
async function ask(address, values = [], button = null, more = {}) {
  if (address !== CALM && !armed && !address.startsWith("/verse/")) {
    complain("locked")
    flash(byId("armed"))
    return "locked"
  }
  button?.classList.add("asked")
  const why = await line.ask(address, values, more)
  button?.classList.remove("asked")
  if (why) {
    complain(why)
    if (button) flash(button)
  }
  return why
}
function flash(button) {
  button.classList.add("refused")
  setTimeout(() => button.classList.remove("refused"), 900)
}
const rows = new Rows({ ask: (address, values) => ask(address, values), say: (key) => say(key), name: named })
const looks = new Looks({
  list: byId("cards"), morph: { root: byId("morph"), a: byId("morph_a"), b: byId("morph_b") }, say,
  load: (name, button) => ask(LOAD, [name], button), want: (name) => line.send({ k: "still", name }),
})

const takes = {
  hello(m) {
    pairing = null
    if (m.token) kept.set(TOKEN, m.token)
    me = m
    armed = false
    state = { on: false }
    rows.values = {}
    complain("")
    setText("pair_said", "")
    view("desk")
    line.send({ k: "watch", on: !document.hidden })
    drawAll()
  },
  no(m) {
    line.end()
    if (m.why === "token") kept.drop(TOKEN)
    pairing = null
    setText("pair_said", m.why === "token" && view() !== "desk" ? "" : say(`no_${m.why}`, {}, m.why))
    view("pair")
  },
  score(m) { score = m; drawAll() },
  s(m) {
    const before = state
    const { v, ...rest } = m
    state = rest
    rows.hear(v || {})
    if (before.on !== state.on) drawArmed()
    drawState()
  },
  armed(m) { armed = m.on; drawArmed() },
  health(m) { health = m; drawHealth() },
  words(m) { lines = m.lines; drawWords() },
  looks(m) { looks.hear(m.names); byId("no_looks").hidden = m.names.length > 0 },
  tablets(m) { tablets = m.tablets; drawTablets(byId("tablets"), tablets, me.id, say, me.role === "operator" ? (id) => line.send({ k: "revoke", id }) : null) },
  log(m) { told = m.lines; drawLog(byId("log"), told) },
}

// what is seen
function view(name) {
  if (name === undefined) return document.body.dataset.view
  if (document.body.dataset.view === name) return name
  document.body.dataset.view = name
  byId("pair").hidden = name !== "pair"
  byId("desk").hidden = name !== "desk"
  if (name === "pair") byId("code").focus()
  return name
}
function showPicture(bytes) {
  const url = URL.createObjectURL(new Blob([bytes], { type: "image/jpeg" }))
  const image = byId("picture")
  image.onload = () => { if (wall && wall !== url) URL.revokeObjectURL(wall); wall = url }
  image.src = url
  seen = performance.now()
  setText("unseen", "")
}
function clock(seconds) {
  const whole = Math.max(0, Math.ceil(seconds)), hours = Math.floor(whole / 3600)
  const rest = `${Math.floor((whole % 3600) / 60)}:${String(whole % 60).padStart(2, "0")}`
  return hours ? `${hours}:${rest.padStart(5, "0")}` : rest
}
function drawState() {
  const on = Boolean(state.on)
  document.body.classList.toggle("away", !on)
  byId("link").hidden = on
  setText("link", on ? "" : say("show_away"))
  const held = Boolean(rows.values[HOLD]), black = Boolean(rows.values[BLACKOUT])
  setText("section", state.s || "")
  setText("phase", [state.p ? say(state.p) : "", state.note].filter(Boolean).join(" · "))
  setText("left", state.left === undefined ? "" : held ? say("held") : state.waiting || state.left >= 1e6 ? say("waiting") : `\u2212${clock(state.left / (rows.values["/show/rate"] || 1))}`)
  byId("hold").setAttribute("aria-pressed", String(held))
  byId("blackout").setAttribute("aria-pressed", String(black))
  setText("blackout_said", say(black ? "light_again" : "blackout"))
  const after = score.sections.length ? score.sections[((state.at ?? 0) + 1) % score.sections.length][0] : ""
  setText("next", state.next || after)
  byId("go").setAttribute("aria-label", `GO: ${state.next || after}`)
  drawNow()
  drawGauges()
  if (performance.now() - seen > UNSEEN_MS) { byId("picture").removeAttribute("src"); setText("unseen", say(on ? "no_picture" : "show_away")) }
}
function drawNow() {
  byId("timeline").querySelectorAll("button").forEach((button, place) => {
    const here = place === state.at
    const marker = button.querySelector("i")
    marker.hidden = !here
    if (here) { button.setAttribute("aria-current", "step"); marker.style.setProperty("--way", state.g ?? 0) }
    else button.removeAttribute("aria-current")
  })
}
function drawTimeline() {
  byId("timeline").replaceChildren(...score.sections.map(([name, phase, seconds]) => {
    const button = element("button", { type: "button", class: `holds ${phase}`, title: `${name}, ${clock(seconds)}`, "aria-label": `${name}, ${say(phase)}, ${clock(seconds)}. ${say("press_hold")}` }, element("i", { hidden: "" }), name)
    if (mayDo(SECTION)) holding(button, () => ask(SECTION, [name], button), () => complain("hold"), () => complain("twice"))
    const item = element("li", {}, button)
    item.style.flexGrow = Math.sqrt(seconds)
    return item
  }))
}
function drawGauges() {
  const fps = health.fps ?? 0, guard = 100 * (health.guard ?? 0), trip = line.trip
  const gauges = [
    ["pictures", `${Math.round(fps)}/s`, state.on && fps < 20 ? "bad" : ""],
    ["together", `${Math.round(100 * (state.c ?? 0))} %`],
    ["torn", (state.u ?? 0).toFixed(2)],
    ["loud", health.lufs === null || health.lufs === undefined ? say("silent") : `${health.lufs} LUFS`],
    ["guard", `${guard < 10 ? guard.toFixed(1) : Math.round(guard)} %`, guard >= 10 ? "warm" : ""],
    ["to_show", trip === null ? "\u2013" : `${Math.max(1, Math.round(trip + (state.age || 0)))} ms`, trip > 250 ? "bad" : ""],
  ]
  const list = byId("gauges")
  if (list.children.length !== gauges.length) list.replaceChildren(...gauges.map(() => element("li", {}, element("span"), element("b"))))
  gauges.forEach(([key, text, kind], i) => {
    const item = list.children[i]
    if (item.className !== (kind || "")) item.className = kind || ""
    if (item.firstChild.textContent !== say(key)) item.firstChild.textContent = say(key)
    if (item.lastChild.textContent !== text) item.lastChild.textContent = text
  })
}
function drawArmed() {
  const can = ["performer", "operator"].includes(me.role)
  byId("armed").hidden = !can
  byId("armed").setAttribute("aria-checked", String(armed))
  setText("armed_said", say(armed ? "armed" : "locked"))
  for (const [id, address] of [["back", BACK], ["go", GO], ["hold", HOLD], ["blackout", BLACKOUT], ["calm", CALM]]) {
    byId(id).hidden = !mayDo(address)
    byId(id).setAttribute("aria-disabled", String(id !== "calm" && (!armed || !state.on)))
  }
}
function drawPlay() {
  rows.clear()
  const groups = new Map()
  for (const row of score.rows) {
    if (APART.has(row.a) || !row.may.includes(me.role) || row.a.startsWith("/verse/") && row.a !== "/verse/language") continue
    const room = [UNDO, REDO].includes(row.a) ? "hand" : row.a.split("/")[1]
    groups.set(room, [...(groups.get(room) || []), row])
  }
  const rank = (room) => ORDER.indexOf(ORDER.includes(room) ? room : "")
  const made = [...groups].sort(([a], [b]) => rank(a) - rank(b)).flatMap(([room, of]) => [element("h2", {}, say(`room_${room}`, {}, room)), ...of.map((row) => rows.make(row)).filter(Boolean)])
  byId("play").replaceChildren(...(made.length ? made : [element("p", { class: "soft" }, say("only_looks"))]))
  const most = score.rows.find((row) => row.a === CROWD_MOST && row.may.includes(me.role))
  byId("crowd_row").replaceChildren(...(most ? [rows.make(most)] : []))
}
function drawTabs() {
  const mine = TABS.filter((name) => name !== "words" || ["moderator", "operator"].includes(me.role))
  if (!mine.includes(tab)) tab = "play"
  byId("tabs").replaceChildren(...mine.map((name) => {
    const waiting = name === "words" ? lines.filter((l) => l.state === "held").length : 0
    const button = element("button", { type: "button", role: "tab", id: `tab_${name}`, "aria-controls": name, "aria-selected": String(name === tab), tabindex: name === tab ? 0 : -1, onclick: () => choose(name) }, say(`tab_${name}`))
    if (waiting) button.append(element("span", { class: "badge" }, String(waiting)))
    button.addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key]
      if (step) { choose(mine[(mine.indexOf(tab) + step + mine.length) % mine.length]); byId(`tab_${tab}`).focus() }
    })
    return button
  }))
  for (const name of TABS) { byId(name).hidden = name !== tab; byId(name).setAttribute("aria-labelledby", `tab_${name}`) }
}
function choose(name) { tab = name; drawTabs() }
function drawWords() {
  const decide = (what, id, button) => ask(`/verse/${what}`, [id], button)
  drawQueue(byId("queue"), lines.filter((l) => l.state === "held"), say, decide)
  drawQueue(byId("decided"), lines.filter((l) => l.state !== "held").reverse(), say, decide)
  byId("no_words").hidden = lines.some((l) => l.state === "held")
  byId("decided_title").hidden = !lines.some((l) => l.state !== "held")
  byId("clear").hidden = !lines.length
  drawTabs()
}
function drawHealth() {
  drawRows(byId("rows"), health.rows, say)
  drawGauges()
  const p = health.pages || {}, counts = [["phones", p.phones ?? 0], ["lie", p.lie ?? 0], ["wait", p.wait ?? 0], ["refused", health.refused ?? 0]]
  byId("counts").replaceChildren(...counts.map(([key, n]) => element("div", {}, element("dt", {}, say(key)), element("dd", {}, String(n)))))
  const crowd = Number(rows.values[CROWD] ?? p.crowd ?? 0)
  setText("crowd_said", `${crowd < 0 ? "\u2212" : "+"}${Math.abs(crowd).toFixed(2)}`)
  byId("crowd").querySelector("i").style.left = `${50 + 50 * crowd}%`
}
function drawAll() {
  document.documentElement.lang = language
  document.querySelectorAll("[data-say]").forEach((e) => { e.textContent = say(e.dataset.say) })
  const codes = Object.keys(WORDS), next = codes[(codes.indexOf(language) + 1) % codes.length]
  document.querySelectorAll(".language").forEach((b) => { b.textContent = WORDS[next].language; b.lang = next })
  byId("picture").alt = say("on_the_wall")
  byId("save_form").hidden = !mayDo(SAVE)
  byId("log_title").hidden = !["performer", "operator"].includes(me.role)
  looks.may = { load: mayDo(LOAD), morph: mayDo(MORPH) }
  looks.draw()
  drawTimeline()
  drawPlay()
  drawArmed()
  drawState()
  drawHealth()
  drawWords()
  drawLog(byId("log"), told)
  takes.tablets({ tablets })
}

// what is done
const here = () => ({ from: state.s ?? "" })
const hands = {
  go: () => ask(GO, [], byId("go"), here()),
  back: () => ask(BACK, [], byId("back"), here()),
  hold: () => ask(HOLD, [!rows.values[HOLD]], byId("hold")),
}
for (const [id, act] of Object.entries(hands)) byId(id).addEventListener("click", act)
const soon = () => complain("hold"), twice = () => complain("twice")
const calm = holding(byId("calm"), () => ask(CALM, [], byId("calm")), soon, twice)
holding(byId("blackout"), () => ask(BLACKOUT, [!rows.values[BLACKOUT]], byId("blackout")), soon, twice)
byId("blackout").addEventListener("pointerdown", () => { if (byId("blackout").getAttribute("aria-disabled") === "true") { complain(armed ? "away" : "locked"); flash(byId("armed")) } })
holding(byId("clear"), () => ask("/verse/clear", [], byId("clear")), soon, twice)
byId("armed").addEventListener("click", () => line.send({ k: "arm", on: !armed }) || complain("away"))

const typing = (target) => target instanceof Element && target.closest("input, select, textarea, button, [role=tab]")
addEventListener("keydown", (event) => {
  if (view() !== "desk" || event.repeat || event.ctrlKey || event.metaKey || event.altKey) return
  if (event.key === "Escape" && !byId("calm").hidden) { calm.start(); return }
  if (typing(event.target)) return
  const act = { " ": "go", Backspace: "back", h: "hold", H: "hold" }[event.key]
  if (act && !byId(act).hidden) { event.preventDefault(); hands[act]() }
})
addEventListener("keyup", (event) => { if (event.key === "Escape") calm.letGo() })
addEventListener("pointerdown", () => {
  if (armed && performance.now() - touched > TOUCH_MS) { touched = performance.now(); line.send({ k: "touch" }) }
})

let way = 0, morphing = false
byId("way").addEventListener("input", () => {
  way = Number(byId("way").value)
  byId("way").style.setProperty("--p", `${100 * way}%`)
  if (morphing) return
  morphing = true
  setTimeout(async () => {
    morphing = false
    await ask(MORPH, [looks.a, looks.b, way])
  }, 60)
})
byId("save_form").addEventListener("submit", async (event) => {
  event.preventDefault()
  const name = byId("look").value.trim()
  if (name && !(await ask(SAVE, [name]))) byId("look").value = ""
})
byId("pair_form").addEventListener("submit", (event) => {
  event.preventDefault()
  kept.set(NAME, byId("name").value)
  setText("pair_said", "")
  pairing = { k: "pair", code: byId("code").value, name: byId("name").value }
  byId("code").value = ""
  line.open()
})
byId("leave").addEventListener("click", () => line.send({ k: "bye" }))
document.querySelectorAll(".language").forEach((b) => b.addEventListener("click", () => {
  const codes = Object.keys(WORDS)
  language = codes[(codes.indexOf(language) + 1) % codes.length]
  kept.set(TONGUE, language)
  drawAll()
}))

drawAll()
byId("name").value = kept.get(NAME) || say("a_tablet")
if (kept.get(TOKEN)) line.open()
else view("pair")
