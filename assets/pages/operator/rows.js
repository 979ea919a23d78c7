// The rows of the table as faders, switches, choices and buttons. The number beside a fader is what the show has taken.
const TOUCHED_MS = 600, APART_MS = 34, STEPS = 200

const element = (name, attributes = {}, ...children) => {
  const made = document.createElement(name)
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) made.addEventListener(key.slice(2), value)
    else if (value !== null && value !== undefined) made.setAttribute(key, value)
  }
  made.append(...children)
  return made
}
export { element }

export function written(row, value) {
  if (typeof value !== "number") return String(value ?? "")
  const places = row.high - row.low > 60 ? 0 : row.high - row.low > 12 ? 1 : 2
  return `${value.toFixed(places).replace("-", "\u2212")}${row.unit ? `\u202f${row.unit === "x" ? "\u00d7" : row.unit}` : ""}`
}

// shades a fader's way from its zero to where it is
export function shade(input, row, value) {
  const share = (number) => (100 * (Math.min(Math.max(number, row.low), row.high) - row.low)) / (row.high - row.low)
  const zero = share(Math.max(Math.min(0, row.high), row.low)), now = share(value)
  input.style.setProperty("--z", `${Math.min(zero, now)}%`)
  input.style.setProperty("--p", `${Math.max(zero, now)}%`)
}

export class Rows {
  // `ask(address, values)` resolves to why not or ""; `say` gives words, `name(row)` a row's own
  constructor({ ask, say, name }) {
    Object.assign(this, { ask, say, name })
    this.rows = new Map()
    this.values = {}
  }
  clear() {
    this.rows.clear()
  }
  // one row of the page for one of the table
  make(row) {
    const id = `row-${row.a.replace(/\W+/g, "-")}`
    const made = { row, touched: 0, sent: 0, timer: 0, wanted: null, holding: false }
    const label = element("label", { for: id, title: row.m }, this.name(row))
    const line = element("div", { class: "row" }, label)
    const make = { number: "fader", switch: "toggle", word: "choice", bang: "bang", several: "several" }[row.kind]
    if (!make) return null
    this[make](made, line, id, label)
    this.rows.set(row.a, made)
    this.show(row.a)
    return line
  }
  fader(made, line, id) {
    const { row } = made
    made.input = element("input", { type: "range", id, min: row.low, max: row.high, step: (row.high - row.low) / STEPS, oninput: () => this.moved(made) })
    made.value = element("button", { type: "button", class: "value", title: this.say("default"), onclick: () => this.send(made, row.d) })
    line.append(made.input, made.value)
  }
  toggle(made, line, id) {
    made.input = element("button", { type: "button", id, role: "switch", class: "switch", onclick: () => this.send(made, made.input.getAttribute("aria-checked") !== "true") })
    line.append(made.input)
  }
  choice(made, line, id) {
    const { row } = made
    const change = () => { this.send(made, made.input.value); this.show(row.a) }
    if (row.unit === "date") made.input = element("input", { type: "date", id, class: "date", onchange: change })
    else if (row.choices.length) {
      made.input = element("select", { id, onchange: change }, element("option", { value: "", hidden: "" }, "\u2013"), ...row.choices.map((c) => element("option", { value: c }, this.say(c))))
    } else made.input = element("input", { id, class: "date", maxlength: 120, onchange: change })
    line.append(made.input)
  }
  bang(made, line, id, label) {
    made.input = element("button", { type: "button", id, class: "round bang", onclick: () => this.send(made) }, this.name(made.row))
    label.remove()
    line.append(element("span", { class: "label" }), made.input)
  }
  // several words and numbers, and a button that says them
  several(made, line, id, label) {
    const { row } = made
    const fields = row.args.map((one) => this.field(one, `${id}-${one.name}`))
    const tell = (event) => {
      event.preventDefault()
      this.send(made, ...fields.flatMap((field, i) => (field.value === "" ? [] : ["low" in row.args[i] ? Number(field.value) : field.value])))
    }
    made.input = element("button", { id, class: "round" }, this.name(row))
    label.remove()
    line.append(element("form", { class: "several", autocomplete: "off", title: row.m, onsubmit: tell }, ...fields, made.input))
  }
  field(one, id) {
    const name = this.say(`arg_${one.name}`), needed = one.needed ? "" : null
    if (one.choices.length) {
      const first = element("option", { value: "", hidden: needed }, name)
      return element("select", { id, "aria-label": name, required: needed }, first, ...one.choices.map((c) => element("option", { value: c }, this.say(c))))
    }
    const said = one.unit ? `${name}, ${one.unit}` : name
    const numeric = "low" in one ? { type: "number", min: one.low, max: one.high, step: "any" } : { maxlength: 120 }
    return element("input", { id, ...numeric, "aria-label": said, placeholder: said, required: needed })
  }
  // a hand moves a fader: thirty times a second at most, the last one always
  moved(made) {
    made.touched = performance.now()
    made.wanted = Number(made.input.value)
    shade(made.input, made.row, made.wanted)
    const wait = made.sent + APART_MS - performance.now()
    if (made.timer) return
    made.timer = setTimeout(() => { made.timer = 0; made.sent = performance.now(); this.send(made, made.wanted) }, Math.max(wait, 0))
  }
  async send(made, ...values) {
    made.input.classList.add("asked")
    const why = await this.ask(made.row.a, values)
    made.input.classList.remove("asked")
    if (why) made.touched = 0
    setTimeout(() => this.show(made.row.a), made.touched ? TOUCHED_MS + 20 : 0)
  }
  // what the show says
  hear(values) {
    Object.assign(this.values, values)
    for (const address of Object.keys(values)) this.show(address)
  }
  show(address) {
    const made = this.rows.get(address)
    if (!made) return
    const { row, input } = made
    const value = this.values[address] ?? row.d
    if (row.kind === "number") {
      made.value.textContent = written(row, value)
      made.value.setAttribute("aria-label", `${this.name(row)}: ${written(row, value)}. ${this.say("default")}`)
      if (made.touched && performance.now() - made.touched < TOUCHED_MS) return // a hand is on it; 0: none ever was
      input.value = value
      input.setAttribute("aria-valuetext", written(row, value))
      shade(input, row, value)
    } else if (row.kind === "switch") input.setAttribute("aria-checked", String(Boolean(value)))
    else if (row.kind === "word" && document.activeElement !== input) input.value = value ?? ""
  }
}
