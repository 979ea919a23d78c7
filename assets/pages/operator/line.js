// The socket to the pages' process: a new one wherever the old one may be dead; what is asked is answered, or said to be late.
const CONNECT_MS = 5000, SILENT_MS = 3500, FIRST_MS = 300, LONGEST_MS = 5000, LATE_MS = 3000, CLOCK_MS = 3000

export class Line {
  // `greet` gives the first message or null, `take` is given every message, `picture` every picture, `state` "on" or "off"
  constructor({ greet, take, picture, state }) {
    Object.assign(this, { greet, take, picture, state })
    this.socket = null
    this.generation = 0
    this.heard = 0
    this.tries = 0
    this.retry = 0
    this.number = 0
    this.asked = new Map()
    this.trip = null
    this.ended = true
    for (const name of ["pageshow", "online"]) addEventListener(name, () => this.look())
    document.addEventListener("visibilitychange", () => this.look())
    setInterval(() => this.beat(), CLOCK_MS)
  }
  open() {
    clearTimeout(this.retry)
    const greeting = this.greet()
    if (greeting === null || document.hidden) return
    this.ended = false
    const mine = ++this.generation
    if (this.socket) this.socket.close()
    this.socket = new WebSocket(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/ws`)
    this.socket.binaryType = "arraybuffer"
    const fresh = () => mine === this.generation
    const late = setTimeout(() => fresh() && this.again(), CONNECT_MS)
    this.socket.onopen = () => fresh() && this.socket.send(JSON.stringify(greeting))
    this.socket.onmessage = (event) => {
      if (!fresh()) return
      clearTimeout(late)
      this.heard = performance.now()
      if (typeof event.data !== "string") this.picture(new Uint8Array(event.data))
      else this.hear(JSON.parse(event.data))
    }
    this.socket.onclose = () => fresh() && !this.ended && this.again()
  }
  hear(message) {
    this.tries = 0
    if (message.k === "did") this.settle(message.id, message.ok, message.why)
    else if (message.k === "clock") this.trip = performance.now() - message.a
    else this.take(message)
  }
  again() {
    this.generation += 1
    this.state("off")
    for (const id of [...this.asked.keys()]) this.settle(id, false, "away")
    clearTimeout(this.retry)
    const pause = Math.min(FIRST_MS * 1.7 ** this.tries++, LONGEST_MS) * (0.5 + Math.random())
    if (!document.hidden) this.retry = setTimeout(() => this.open(), pause)
  }
  look() {
    if (document.hidden) { this.send({ k: "watch", on: false }); return }
    if (this.ended) return
    this.tries = 0
    if (performance.now() - this.heard > 1500) this.open()
    else this.send({ k: "watch", on: true })
  }
  beat() {
    if (this.ended || document.hidden) return
    if (performance.now() - this.heard > SILENT_MS) this.open()
    else this.send({ k: "clock", a: performance.now() })
  }
  end() {
    this.ended = true
    this.generation += 1
    clearTimeout(this.retry)
    if (this.socket) this.socket.close()
  }
  send(message) {
    if (this.socket && this.socket.readyState === WebSocket.OPEN) { this.socket.send(JSON.stringify(message)); return true }
    return false
  }
  // asks the show for something; resolves to why not, or to "" when the show has taken it
  ask(address, values = [], more = {}) {
    const id = ++this.number
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.settle(id, false, "late"), LATE_MS)
      this.asked.set(id, { resolve, timer })
      if (!this.send({ k: "do", id, a: address, v: values, ...more })) this.settle(id, false, "away")
    })
  }
  settle(id, ok, why) {
    const asked = this.asked.get(id)
    if (!asked) return
    clearTimeout(asked.timer)
    this.asked.delete(id)
    asked.resolve(ok ? "" : why || "late")
  }
}
