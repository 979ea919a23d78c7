// Looks, words and health: what fills the tabs beside the faders. Everything that anybody wrote is text, never markup.
import { element } from "./rows.js"

export class Looks {
  // `ask` as everywhere; `want(name)` asks for a still
  constructor({ list, morph, say, load, between, want }) {
    Object.assign(this, { list, morph, say, load, between, want })
    this.stills = new Map()
    this.made = new Map()
    this.names = []
    this.a = this.b = ""
    this.may = { load: false, morph: false }
  }
  hear(names) {
    for (const [name, made] of names) if (made && this.made.get(name) !== made) { this.made.set(name, made); this.want(name) }
    this.names = names.map(([name]) => name)
    this.draw()
  }
  still(name, bytes) {
    const before = this.stills.get(name)
    if (before) URL.revokeObjectURL(before)
    this.stills.set(name, URL.createObjectURL(new Blob([bytes], { type: "image/jpeg" })))
    this.draw()
  }
  draw() {
    this.list.replaceChildren(...this.names.map((name) => this.card(name)))
    this.morph.root.hidden = !(this.may.morph && this.a && this.b)
    this.morph.a.textContent = this.a
    this.morph.b.textContent = this.b
  }
  card(name) {
    const picture = element("span")
    if (this.stills.has(name)) picture.append(element("img", { src: this.stills.get(name), alt: "" }))
    const pick = element("button", { type: "button", class: "pick", "aria-label": this.say("load", { name }), onclick: () => this.load(name, pick) }, picture, element("em", {}, name))
    const card = element("li", { class: "card" }, pick)
    if (this.may.morph) card.append(element("div", { class: "ab" }, this.end("a", name), this.end("b", name)))
    return card
  }
  end(which, name) {
    const choose = () => { this[which] = this[which] === name ? "" : name; this.draw() }
    return element("button", { type: "button", "aria-pressed": String(this[which] === name), "aria-label": `${name}: ${which.toUpperCase()}`, onclick: choose }, which.toUpperCase())
  }
}

export function drawQueue(list, lines, say, verdict) {
  list.replaceChildren(...lines.map((line) => {
    const told = [say("of_sleeper", { n: line.sleeper }), line.state === "held" ? "" : say(`line_${line.state}`)].filter(Boolean).join(" · ")
    const choices = line.state === "approved" ? ["hide", "ban"] : line.state === "held" ? ["approve", "hide", "ban"] : ["approve"]
    const buttons = choices.map((what) => element("button", {
      type: "button", class: `round ${what === "ban" ? "ban" : what === "approve" ? "lit" : ""}`, "aria-label": `${say(what)}: ${line.text}`,
      onclick: (event) => verdict(what, line.id, event.currentTarget),
    }, say(what)))
    const mark = line.marked ? element("span", { class: "marked" }, `${say("marked")}: ${line.marked}`) : ""
    return element("li", {}, element("em", {}, line.text), element("div", { class: "verdict" }, element("span", { class: "soft" }, told, mark ? " · " : "", mark), ...buttons))
  }))
}

export function drawRows(list, rows, say) {
  list.replaceChildren(...rows.map(([name, line]) => element("div", {}, element("dt", {}, say(`row_${name}`, {}, name)), element("dd", {}, line))))
}

export function drawTablets(list, tablets, mine, say, revoke) {
  list.replaceChildren(...tablets.map((one) => {
    const told = [say(one.role), one.on ? say("on") : say("off"), one.armed ? say("armed") : "", one.id === mine ? say("this_one") : ""]
    const item = element("li", {}, element("span", {}, one.name, " ", element("span", { class: "soft" }, told.filter(Boolean).join(" · "))))
    if (revoke && one.id !== mine) item.append(element("button", { type: "button", class: "round ban", "aria-label": `${say("revoke")}: ${one.name}`, onclick: () => revoke(one.id) }, say("revoke")))
    return item
  }))
}

export function drawLog(list, lines) {
  list.replaceChildren(...lines.slice().reverse().map((text) => {
    let said = {}
    try { said = JSON.parse(text) } catch { said = { event: text } }
    const { at, event, level, ...rest } = said
    const time = typeof at === "string" ? at.slice(11, 19) : ""
    const more = Object.entries(rest).map(([key, value]) => `${key} ${typeof value === "object" ? JSON.stringify(value) : value}`).join(", ")
    return element("li", { class: level || "" }, `${time}  ${event ?? ""}${more ? ` · ${more}` : ""}`)
  }))
}
