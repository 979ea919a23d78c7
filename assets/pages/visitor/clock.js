// The show's clock on a phone: pings in streaks, the quickest answers decide, and what is told never jumps back.
const STREAK = 10, APART_MS = 250, PAUSE_MS = [12000, 20000], KEPT = 24, KEPT_MS = 180000, AGEING = 20e-6
const BUSY_MS = 40 // a least round trip beyond which the mean of three is better than the least one

export class Clock {
  constructor(send, now = () => performance.now()) {
    this.send = send
    this.now = now
    this.samples = []
    this.offset = null
    this.sent = 0
    this.timer = 0
  }
  start() {
    this.stop()
    this.sent = 0
    this.ping()
  }
  stop() {
    clearTimeout(this.timer)
  }
  ping() {
    this.send({ k: "clock", a: this.now() })
    this.sent += 1
    const pause = PAUSE_MS[0] + Math.random() * (PAUSE_MS[1] - PAUSE_MS[0])
    this.timer = setTimeout(() => this.ping(), this.sent < STREAK ? APART_MS : pause)
  }
  hear(a, t) {
    const back = this.now()
    if (!(back >= a) || !Number.isFinite(t)) return
    this.samples.push({ trip: back - a, offset: t - (a + back) / 2, at: back })
    this.samples = this.samples.filter((s) => back - s.at < KEPT_MS).slice(-KEPT)
    const ranked = this.samples.map((s) => ({ ...s, cost: s.trip + AGEING * (back - s.at) })).sort((x, y) => x.cost - y.cost)
    const best = ranked[0].trip < BUSY_MS ? ranked.slice(0, 1) : ranked.slice(0, 3)
    this.offset = best.reduce((sum, s) => sum + s.offset, 0) / best.length
  }
  // milliseconds on the show's machine, or null before anything was heard
  time() {
    return this.offset === null ? null : this.now() + this.offset
  }
}

// The common breath between two words of the show: it runs on at the show's own speed and is drawn to what is told.
export class Breath {
  constructor(clock) {
    this.clock = clock
    this.told = null
    this.phase = null
    this.last = 0
  }
  hear(state) {
    if (Number.isFinite(state.b) && Number.isFinite(state.t)) this.told = state
  }
  // radians, unwrapped; null before anything was heard
  now() {
    const here = this.clock.now(), time = this.clock.time()
    if (this.told === null || time === null) return null
    const due = this.told.b + (this.told.w * (time - this.told.t)) / 1000
    const dt = Math.min(Math.max((here - this.last) / 1000, 0), 0.2)
    this.last = here
    if (this.phase === null || Math.abs(due - this.phase) > 0.08 * this.told.w + 0.5) this.phase = due
    else {
      const next = this.phase + dt * this.told.w
      this.phase = Math.max(this.phase, next + Math.min(Math.max(due - next, -0.02 - dt), 0.02 + dt) * Math.min(1, 6 * dt))
    }
    return this.phase
  }
}
