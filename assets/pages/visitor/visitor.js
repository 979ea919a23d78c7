// One visitor: choose a light, lie down, breathe along, tap, be shown, say a line, say how it is, wake up and be forgotten.
import { Breath, Clock } from "./clock.js"
import { Circle, rgb } from "./circle.js"

const byId = (id) => document.getElementById(id)
const WORDS = JSON.parse(byId("said").textContent)
const LIGHTS = ["ember", "amber", "honey", "lime", "moss", "mint", "glacier", "sky", "dusk", "iris", "orchid", "rose"]
const SILENT_MS = 1500, CONNECT_MS = 5000, LEAVE_MS = 3000
const FIRST_MS = 400, SOON_MS = 2000, SOON_FOR_MS = 20000, LONGEST_MS = 15000 // from try to try: a process that fell is soon back
const TOKEN = "sleeptree", HUE = "sleeptree hue"

const kept = {
  get(name) { try { return sessionStorage.getItem(name) } catch { return null } },
  set(name, value) { try { sessionStorage.setItem(name, value) } catch { /* kept for this page only */ } },
  drop() { try { sessionStorage.clear() } catch { /* nothing was kept */ } },
}
let language = [...(navigator.languages || ["en"])].map((l) => l.slice(0, 2)).find((l) => WORDS[l]) || "en"
let word = location.pathname.slice(1), light = 6, view = "start", before = "choose", place = null, wait = 0
let socket = null, generation = 0, heard = 0, tries = 0, retry = 0, leaving = 0, woken = false, lineWords = false
let joined = kept.get(HUE) !== null, woke = null, wall = null
const lines = new Map()
if (word) history.replaceState(null, "", "/")
if (joined) light = Math.round(Number(kept.get(HUE)) * 12) % 12

const say = (key, values = {}) => (WORDS[language][key] || key).replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "")
const clock = new Clock((message) => send(message))
const breath = new Breath(clock)
const circle = new Circle(byId("night"), breath, (width, height) => {
  const element = view === "choose" ? byId("lights") : view === "breathe" ? byId("pulse") : null
  if (!element) return { x: width / 2, y: height * 0.5, wide: Math.min(width * 0.42, 260), r: 0 }
  const box = element.getBoundingClientRect(), breathes = view === "breathe"
  const r = box.width * (breathes ? 0.5 : 0.36)
  return { x: box.x + box.width / 2, y: box.y + box.height * (breathes ? 0.5 : 0.46), r, wide: box.width * (breathes ? 0.5 : 0.46), breathes }
})

function send(message) {
  if (socket && socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify(message))
}

// the socket: a new one wherever the old one may be dead, and nobody listens to the old one any more
function connect() {
  clearTimeout(retry)
  if (woken || document.hidden) return
  const mine = ++generation
  if (socket) socket.close()
  socket = new WebSocket(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/ws`)
  const fresh = () => mine === generation
  const late = setTimeout(() => fresh() && again(), CONNECT_MS)
  socket.onopen = () => {
    if (fresh()) socket.send(JSON.stringify({ k: "hello", token: kept.get(TOKEN) || "", word, lang: language }))
  }
  socket.onmessage = (event) => {
    if (!fresh()) return
    clearTimeout(late)
    heard = performance.now()
    if (typeof event.data !== "string") wall = { picture: event.data, place }
    else take(JSON.parse(event.data))
  }
  socket.onclose = (event) => {
    if (fresh() && event.code !== 1013) again()
  }
}
function again() {
  if (woken || view === "closed") return
  generation += 1
  clock.stop()
  tell("away")
  const longest = performance.now() - heard < SOON_FOR_MS ? SOON_MS : LONGEST_MS
  const pause = Math.min(FIRST_MS * 1.7 ** tries++, longest) * (0.5 + Math.random())
  clearTimeout(retry)
  if (!document.hidden) retry = setTimeout(connect, pause)
}
function look() {
  if (document.hidden || woken) return
  tries = 0
  if (performance.now() - heard > SILENT_MS) connect()
}
document.addEventListener("visibilitychange", look)
addEventListener("pageshow", look)
addEventListener("online", look)

const takes = {
  hello(m) {
    tries = 0
    tell("")
    word = ""
    kept.set(TOKEN, m.token)
    clock.start()
    lineWords = m.words
    lines.clear()
    m.lines.forEach((line) => lines.set(line.id, line))
    drawLines()
    takes.place(m)
    if (leaving) send({ k: "leave" })
    else if (joined && !m.place && !m.wait) send({ k: "join", hue: light / 12 })
    else if (m.place || m.wait) { joined = true; light = Math.round(m.hue * 12) % 12; drawLights(); if (["start", "choose"].includes(view)) show("breathe") }
    else if (view === "start") show("choose")
  },
  place(m) {
    place = m.place
    wait = m.wait
    drawPlace()
  },
  s(m) {
    breath.hear(m)
    circle.together = m.c
    const percent = Math.round((m.c ?? 0) * 20) * 5
    setText("together", m.on ? say("together", { n: percent }) : say("dark"))
  },
  clock(m) { clock.hear(m.a, m.t) },
  line(m) {
    if (m.state === "gone") lines.delete(m.id)
    else lines.set(m.id, { ...lines.get(m.id), ...m })
    if (m.state === "waits") { byId("line").value = ""; setText("rest", "140"); setText("line_said", say("line_waits")) }
    drawLines()
  },
  soon(m) { setText("queue", say("soon", { s: m.s })) },
  left() {
    woken = true
    generation += 1
    clearTimeout(leaving)
    clearTimeout(retry)
    kept.drop()
    clock.stop()
    if (socket) socket.close()
    lines.clear()
    drawLines()
    drawMemento()
    if (wall && woke) showWall()
    show("awake")
  },
  no(m) {
    if (m.why === "word" || m.why === "many") {
      generation += 1
      clearTimeout(retry)
      if (m.why === "word") kept.drop()
      setText("closed_title", say(`no_${m.why}`))
      setText("closed_how", say(`no_${m.why}_how`))
      show("closed")
    } else setText("line_said", say(`no_${m.why}`))
  },
}
function take(message) {
  if (Object.hasOwn(takes, message.k)) takes[message.k](message)
}

// what is seen
function setText(id, text) {
  const element = byId(id)
  if (element.textContent !== text) element.textContent = text
}
function tell(key) {
  byId("link").hidden = !key
  setText("link", key ? say(key) : "")
}
function show(name) {
  if (name === "back") name = before
  if (name === "notice") before = view
  const moved = name !== view
  view = name
  document.querySelectorAll("main > section").forEach((s) => { s.hidden = s.id !== name })
  const inside = ["breathe", "words", "feel"].includes(name)
  byId("tabs").hidden = !inside
  byId("wake").hidden = !(inside || (name === "notice" && joined))
  byId("language").hidden = inside
  document.querySelectorAll("#tabs button").forEach((b) => {
    if (b.dataset.go === name) b.setAttribute("aria-current", "page")
    else b.removeAttribute("aria-current")
    if (b.dataset.go === "words") b.hidden = !lineWords
  })
  document.body.dataset.view = name
  if (moved) { byId("main").focus({ preventScroll: true }); scrollTo(0, 0) }
}
function drawWords() {
  document.documentElement.lang = language
  document.querySelectorAll("[data-say]").forEach((e) => { e.textContent = say(e.dataset.say) })
  byId("lights").setAttribute("aria-label", say("choose"))
  const codes = Object.keys(WORDS), next = codes[(codes.indexOf(language) + 1) % codes.length]
  byId("language").textContent = next.toUpperCase()
  byId("language").lang = next
  byId("language").setAttribute("aria-label", WORDS[next].name)
  drawLights()
  drawPlace()
  drawLines()
  drawMemento()
}
function drawMemento() {
  setText("memento", woke ? say("memento", woke) : "")
  byId("wall").alt = say("wall_then")
}
// the wall as it was, on this phone alone
async function showWall() {
  const { keepsake } = await import("./keepsake.js") // nobody else waits for it
  const url = await keepsake(wall.picture, wall.place, rgb(light / 12), `${woke.n} \u00b7 ${woke.at}`)
  byId("wall").src = byId("keep").href = url
  byId("keep").download = `sleeptree-${woke.n}-${woke.at.replace(":", "")}.jpg`
  byId("keepsake").hidden = byId("keep").hidden = false
}
function drawLights() {
  const group = byId("lights")
  if (!group.children.length) {
    LIGHTS.forEach((_, i) => {
      const b = document.createElement("button")
      b.type = "button"
      b.setAttribute("role", "radio")
      const turn = (i / 12) * 2 * Math.PI
      b.style.left = `${50 + 44 * Math.sin(turn)}%`
      b.style.top = `${50 - 44 * Math.cos(turn)}%`
      b.style.setProperty("--hue", `rgb(${rgb(i / 12)})`)
      b.addEventListener("click", () => choose(i))
      b.addEventListener("keydown", (event) => {
        const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key]
        if (step) { event.preventDefault(); choose((i + step + 12) % 12); group.children[light].focus() }
      })
      group.append(b)
    })
    const name = document.createElement("span")
    name.id = "light"
    name.setAttribute("aria-hidden", "true")
    group.append(name)
  }
  LIGHTS.forEach((name, i) => {
    const b = group.children[i]
    b.setAttribute("aria-label", say(name))
    b.setAttribute("aria-checked", String(i === light))
    b.tabIndex = i === light ? 0 : -1
  })
  setText("light", say(LIGHTS[light]))
  circle.hue = rgb(light / 12)
  document.documentElement.style.setProperty("--you", `rgb(${rgb(light / 12).map((c) => Math.round(c + (255 - c) * 0.25))})`)
}
function choose(i) {
  light = i
  drawLights()
  if (joined) { kept.set(HUE, String(light / 12)); send({ k: "hue", hue: light / 12 }) }
}
function drawPlace() {
  setText("number", place ? String(place[0]) : "…")
  byId("find").disabled = !place
  setText("queue", wait ? say("queue", { n: wait }) : "")
  if (!place) { setText("where", ""); return }
  const [, x, y] = place
  const side = x < 0.2 ? "far_left" : x < 0.42 ? "left" : x < 0.58 ? "middle" : x < 0.8 ? "right" : "far_right"
  const deep = y > 0.78 ? "near" : y > 0.6 ? "low" : y > 0.4 ? "half" : "high"
  setText("where", `${say(side)}, ${say(deep)}`)
}
function drawLines() {
  const list = byId("lines")
  list.replaceChildren(...[...lines.values()].map((line) => {
    const item = document.createElement("li")
    const text = document.createElement("em")
    text.textContent = line.text
    const state = document.createElement("p")
    state.className = "soft small"
    state.textContent = say(`line_${line.state}`)
    const back = document.createElement("button")
    back.type = "button"
    back.className = "plain"
    back.textContent = say("unline")
    back.addEventListener("click", () => send({ k: "unline", id: line.id }))
    item.append(text, state, back)
    return item
  }))
}
let spoken = ""
function speak() {
  const phase = breath.now()
  const next = phase === null ? "" : Math.sin(phase) > 0 ? "out" : "in"
  if (next !== spoken) { spoken = next; setText("inout", next ? say(`breathe_${next}`) : "") }
  if (performance.now() - heard > 3 * SILENT_MS && !document.hidden && socket && !woken && heard) connect()
}
setInterval(speak, 100)

// what is done
byId("lie").addEventListener("click", () => {
  joined = true
  kept.set(HUE, String(light / 12))
  send({ k: "join", hue: light / 12 })
  show("breathe")
})
function tap(event) {
  event.preventDefault()
  circle.beat()
  if (navigator.vibrate) navigator.vibrate(12)
  const time = clock.time()
  send(time === null ? { k: "beat" } : { k: "beat", t: time })
}
byId("pulse").addEventListener("pointerdown", tap)
byId("pulse").addEventListener("keydown", (e) => { if ((e.key === " " || e.key === "Enter") && !e.repeat) tap(e) })
byId("find").addEventListener("click", () => send({ k: "find" }))
byId("line").addEventListener("input", () => setText("rest", String(140 - byId("line").value.length)))
byId("send").addEventListener("click", () => { if (byId("line").value.trim()) send({ k: "line", text: byId("line").value }) })
byId("mood").addEventListener("change", (e) => { send({ k: "feel", v: Number(e.target.value) / 100 }); setText("mood_said", say("felt")) })
byId("language").addEventListener("click", () => {
  const codes = Object.keys(WORDS)
  language = codes[(codes.indexOf(language) + 1) % codes.length]
  drawWords()
})
byId("wake").addEventListener("click", () => show("leaving"))
byId("wake_now").addEventListener("click", leave)
function leave() {
  if (place && !woke) woke = { n: place[0], at: new Date().toTimeString().slice(0, 5) }
  setText("leave_said", say("erasing"))
  send({ k: "leave" })
  clearTimeout(leaving)
  leaving = setTimeout(() => { if (!woken) { setText("leave_said", say("not_yet")); connect(); leave() } }, LEAVE_MS)
}
byId("again").addEventListener("click", () => location.reload())
byId("retry").addEventListener("click", () => location.reload())
document.querySelectorAll("[data-go]").forEach((b) => b.addEventListener("click", () => show(b.dataset.go)))

drawWords()
show("start")
connect()
