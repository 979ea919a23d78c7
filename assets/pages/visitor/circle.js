// What is drawn behind the words: stars, the water's rings, the circle that breathes, the gold arc of breathing together.
const STARS = 60, RINGS = 5, RIPPLE_MS = 1800

export class Circle {
  constructor(canvas, breath, frame) {
    this.canvas = canvas
    this.pen = canvas.getContext("2d")
    this.breath = breath
    this.frame = frame // where the circle is: an element, or null
    this.hue = [125, 240, 240]
    this.together = 0
    this.shown = 0
    this.ripples = []
    this.slow = false
    this.late = 0
    this.last = 0
    this.still = matchMedia("(prefers-reduced-motion: reduce)")
    this.stars = Array.from({ length: STARS }, (_, i) => [(i * 0.7549) % 1, ((i * 0.5698) % 1) * 0.5, 0.3 + ((i * 0.33) % 1)])
    requestAnimationFrame((t) => this.draw(t))
  }
  beat() {
    this.ripples.push(performance.now())
    this.ripples = this.ripples.slice(-4)
  }
  draw(t) {
    requestAnimationFrame((next) => this.draw(next))
    const dt = t - this.last
    if (this.slow && dt < 30) return
    this.late = dt > 30 && dt < 200 ? this.late + dt : Math.max(0, this.late - dt)
    if (this.late > 3000) this.slow = true
    this.last = t
    const { canvas, pen } = this
    const ratio = Math.min(devicePixelRatio || 1, 2)
    const width = canvas.clientWidth, height = canvas.clientHeight
    if (canvas.width !== Math.round(width * ratio) || canvas.height !== Math.round(height * ratio)) {
      canvas.width = Math.round(width * ratio)
      canvas.height = Math.round(height * ratio)
    }
    pen.setTransform(ratio, 0, 0, ratio, 0, 0)
    pen.clearRect(0, 0, width, height)
    for (const [x, y, light] of this.stars) {
      pen.fillStyle = `rgba(210,220,255,${0.25 * light})`
      pen.fillRect(x * width, y * height, light + 0.6, light + 0.6)
    }
    const box = this.frame()
    if (box) this.ring(t, box)
  }
  ring(t, box) {
    const { pen } = this
    const phase = this.breath.now()
    const open = phase === null ? 0.5 : 0.5 + 0.5 * Math.cos(phase)
    const still = this.still.matches
    const x = box.x, y = box.y, full = box.r
    const radius = full * (still ? 0.9 + 0.05 * open : 0.62 + 0.36 * open)
    const [r, g, b] = this.hue
    const colour = (a) => `rgba(${r},${g},${b},${a})`
    for (let i = 1; i <= RINGS; i++) {
      const wide = full * (0.35 + 0.33 * i) * (still ? 1 : 1 + 0.03 * Math.sin((phase || 0) - i))
      pen.strokeStyle = colour(0.34 * (1 - i / (RINGS + 1)))
      pen.lineWidth = 1
      pen.beginPath()
      pen.ellipse(x, y + full * 0.18, wide, wide * 0.48, 0, 0, 7)
      pen.stroke()
    }
    const glow = pen.createRadialGradient(x, y, 0, x, y, full)
    glow.addColorStop(0, colour(0.34))
    glow.addColorStop(1, colour(0))
    pen.fillStyle = glow
    pen.beginPath()
    pen.arc(x, y, full, 0, 7)
    pen.fill()
    const core = full * (0.13 + 0.05 * open)
    const light = pen.createRadialGradient(x, y, 0, x, y, 2 * core)
    light.addColorStop(0, "#fff")
    light.addColorStop(0.42, "#fff")
    light.addColorStop(0.58, colour(0.8))
    light.addColorStop(1, colour(0))
    pen.fillStyle = light
    pen.beginPath()
    pen.arc(x, y, 2 * core, 0, 7)
    pen.fill()
    for (let i = 0; i < 9; i++) {
      pen.fillStyle = colour(0.34 * (1 - i / 9))
      const wide = full * (0.36 - 0.022 * i) * (1 + 0.12 * Math.sin(i * 2.1 + (still ? 0 : t / 900)))
      pen.fillRect(x - wide, y + full * (0.26 + 0.055 * i), 2 * wide, 2)
    }
    for (const began of this.ripples) {
      const age = (performance.now() - began) / RIPPLE_MS
      if (age >= 1) continue
      pen.strokeStyle = colour(0.9 * (1 - age) ** 2)
      pen.lineWidth = 2
      pen.beginPath()
      pen.arc(x, y, still ? 1.5 * core : core + (full * 1.15 - core) * Math.sqrt(age), 0, 7)
      pen.stroke()
    }
    pen.strokeStyle = "rgba(228,250,255,.95)"
    pen.lineWidth = 2.5
    pen.beginPath()
    pen.arc(x, y, radius, 0, 7)
    pen.stroke()
    this.shown += (this.together - this.shown) * 0.05
    pen.strokeStyle = "#f3cf94"
    pen.lineWidth = 5
    pen.lineCap = "round"
    pen.beginPath()
    pen.arc(x, y, full * 1.06, -Math.PI / 2, -Math.PI / 2 + Math.PI * 2 * Math.max(this.shown, 0.002))
    pen.stroke()
  }
}
