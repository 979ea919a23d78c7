// What is drawn behind the words: stars, the others on the water, its rings, the circle that breathes, the gold arc of
// breathing together.
const STARS = 60, OTHERS = 44, RINGS = 5, RIPPLE_MS = 1800
const HORIZON = 0.27 // of the height, as in visitor.css

// a light as bright on a screen as on the wall: even colours round the circle, none of them pure
export function rgb(turn) {
  const parts = [0, 1, 2].map((third) => { const w = 0.5 + 0.5 * Math.cos(2 * Math.PI * (turn - third / 3)); return (0.14 + 0.86 * w * Math.sqrt(w)) ** 0.6 })
  const most = Math.max(...parts)
  return parts.map((part) => Math.round((252 * part) / most))
}
const chance = (i, of) => { const s = Math.sin(12.9898 * i + 78.233 * of) * 43758.5453; return s - Math.floor(s) } // the same each time

export class Circle {
  constructor(canvas, breath, frame) {
    this.canvas = canvas
    this.pen = canvas.getContext("2d")
    this.breath = breath
    this.frame = frame // where the light is, how wide its rings are, and whether it breathes there; or is not at all
    this.hue = [125, 240, 240]
    this.together = 0
    this.shown = 0
    this.ripples = []
    this.slow = false
    this.late = 0
    this.last = 0
    this.still = matchMedia("(prefers-reduced-motion: reduce)")
    this.scenery = document.createElement("canvas")
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
      this.paint(width, height, ratio)
    }
    pen.setTransform(1, 0, 0, 1, 0, 0)
    pen.clearRect(0, 0, canvas.width, canvas.height)
    if (canvas.width && canvas.height) pen.drawImage(this.scenery, 0, 0)
    pen.setTransform(ratio, 0, 0, ratio, 0, 0)
    const box = this.frame(width, height), phase = this.breath.now()
    const open = phase === null ? 0.5 : 0.5 + 0.5 * Math.cos(phase)
    this.rings(box, phase)
    if (box.r) this.light(t, box, open)
    if (box.breathes) this.breathing(box, open)
  }
  // what does not move: drawn once for a size
  paint(width, height, ratio) {
    const pen = this.scenery.getContext("2d"), horizon = HORIZON * height
    this.scenery.width = this.canvas.width
    this.scenery.height = this.canvas.height
    pen.setTransform(ratio, 0, 0, ratio, 0, 0)
    for (let i = 0; i < STARS; i++) {
      const size = 0.9 + chance(i, 1)
      pen.fillStyle = `rgba(210,220,255,${0.28 * size})`
      pen.fillRect(chance(i, 2) * width, chance(i, 3) * horizon, size, size)
    }
    for (let i = 1; i <= OTHERS; i++) {
      const near = chance(i, 4) ** 1.7, x = chance(i, 5) * width, y = horizon + (0.03 + 0.85 * near) * (height - horizon)
      const size = 0.8 + 1.5 * near, glow = 5 + 14 * near, [r, g, b] = rgb(chance(i, 6))
      const around = pen.createRadialGradient(x, y, 0, x, y, glow)
      around.addColorStop(0, `rgba(${r},${g},${b},${0.3 - 0.12 * near})`)
      around.addColorStop(1, `rgba(${r},${g},${b},0)`)
      pen.fillStyle = around
      pen.fillRect(x - glow, y - glow, 2 * glow, 2 * glow)
      const below = pen.createLinearGradient(0, y, 0, y + 5 * size + 8)
      below.addColorStop(0, `rgba(${r},${g},${b},.5)`)
      below.addColorStop(1, `rgba(${r},${g},${b},0)`)
      pen.fillStyle = below
      pen.fillRect(x - 0.5, y, 1, 5 * size + 8)
      pen.fillStyle = `rgba(${[r, g, b].map((c) => Math.round(c + (255 - c) * 0.6))},.7)`
      pen.beginPath()
      pen.arc(x, y, size, 0, 7)
      pen.fill()
    }
  }
  rings({ x, y, wide }, phase) {
    const { pen } = this, [r, g, b] = this.hue
    for (let i = 1; i <= RINGS; i++) {
      const radius = wide * (0.28 + 0.22 * i) * (this.still.matches ? 1 : 1 + 0.03 * Math.sin((phase || 0) - i))
      pen.strokeStyle = `rgba(${r},${g},${b},${0.36 * (1 - i / (RINGS + 1))})`
      pen.lineWidth = 1.2
      pen.beginPath()
      pen.ellipse(x, y + wide * 0.1, radius, radius * 0.42, 0, 0, 7)
      pen.stroke()
    }
  }
  light(t, { x, y, r: full }, open) {
    const { pen } = this, still = this.still.matches, [r, g, b] = this.hue
    const colour = (a) => `rgba(${r},${g},${b},${a})`
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
    pen.lineCap = "round"
    pen.lineWidth = Math.max(2, full * 0.018)
    for (let i = 0; i < 12; i++) {
      const wide = full * (0.34 - 0.02 * i) * (1 + 0.14 * Math.sin(i * 2.1 + (still ? 0 : t / 900))), deep = y + full * (0.27 + 0.052 * i)
      pen.strokeStyle = colour(0.62 * (1 - i / 12) ** 1.5)
      pen.beginPath()
      pen.moveTo(x - wide, deep)
      pen.lineTo(x + wide, deep)
      pen.stroke()
    }
  }
  breathing({ x, y, r: full }, open) {
    const { pen } = this, still = this.still.matches, [r, g, b] = this.hue
    const core = full * (0.13 + 0.05 * open)
    for (const began of this.ripples) {
      const age = (performance.now() - began) / RIPPLE_MS
      if (age >= 1) continue
      pen.strokeStyle = `rgba(${r},${g},${b},${0.9 * (1 - age) ** 2})`
      pen.lineWidth = 2
      pen.beginPath()
      pen.arc(x, y, still ? 1.5 * core : core + (full * 1.15 - core) * Math.sqrt(age), 0, 7)
      pen.stroke()
    }
    pen.strokeStyle = "rgba(228,250,255,.95)"
    pen.lineWidth = 2.5
    pen.beginPath()
    pen.arc(x, y, full * (still ? 0.9 + 0.05 * open : 0.62 + 0.36 * open), 0, 7)
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
