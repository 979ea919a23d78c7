// Press and hold: what darkens a room, or takes it back to calm, is meant, not touched. By finger, mouse, or a held key.
export const HOLD_MS = 700
const TWICE_MS = 4000

// `done` is called when it was held long enough; `begun(false)` when it was let go too soon, `again` when it was activated
// by a click without a press, as assistive technology does: that asks for a second one
export function holding(button, done, soon = () => {}, again = () => {}) {
  let timer = 0, pressed = 0, clicked = -TWICE_MS
  const start = () => {
    if (timer || button.getAttribute("aria-disabled") === "true") return
    pressed = performance.now()
    button.classList.add("holding")
    timer = setTimeout(() => { stop(); pressed = performance.now(); done() }, HOLD_MS)
  }
  const stop = () => {
    clearTimeout(timer)
    timer = 0
    button.classList.remove("holding")
  }
  const letGo = () => { if (timer) { stop(); soon() } }
  button.addEventListener("pointerdown", (event) => {
    if (event.button) return
    if (event.pointerId !== undefined && button.hasPointerCapture?.(event.pointerId)) button.releasePointerCapture(event.pointerId)
    start()
  })
  for (const name of ["pointerup", "pointercancel", "pointerleave", "blur"]) button.addEventListener(name, letGo)
  button.addEventListener("contextmenu", (event) => event.preventDefault())
  button.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" && event.key !== " ") return
    event.preventDefault()
    if (!event.repeat) start()
  })
  button.addEventListener("keyup", (event) => { if (event.key === "Enter" || event.key === " ") { event.preventDefault(); letGo() } })
  button.addEventListener("click", (event) => {
    if (event.detail || performance.now() - pressed < 2 * HOLD_MS) return
    const now = performance.now()
    if (now - clicked < TWICE_MS && button.getAttribute("aria-disabled") !== "true") { clicked = -TWICE_MS; done() }
    else { clicked = now; again() }
  })
  return { start, letGo }
}
