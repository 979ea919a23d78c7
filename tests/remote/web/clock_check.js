// Clock and Breath against a network that is made up, with a chance that is always the same.
const done = arguments[arguments.length - 1]
import(arguments[0]).then(({ Clock, Breath }) => {
  let now = 1000, seed = 7
  const chance = () => (seed = (seed * 16807) % 2147483647) / 2147483647
  const wave = (mean) => 2 - mean * Math.log(1 - chance())
  const clock = new Clock(() => {}, () => now), ahead = 123456.5
  for (let i = 0; i < 16; i++) {
    const sent = now, up = wave(3), down = wave(3)
    now = sent + up
    const server = now + ahead
    now += down
    clock.hear(sent, server)
    now += 250
  }
  const breath = new Breath(clock), seen = []
  for (let i = 0; i < 600; i++) {
    now += 16 + 5 * chance()
    if (i % 15 === 0) { const late = 10 + 200 * chance(); breath.hear({ t: now + ahead - late, b: (now + ahead - late) / 1000, w: 1 }) }
    seen.push([breath.now(), (now + ahead) / 1000])
  }
  clock.stop()
  const after = seen.slice(60)
  done({ offset: Math.abs(clock.offset - ahead), breath: Math.max(...after.map(([a, b]) => Math.abs(a - b))),
    back: seen.some(([a], i) => i && a < seen[i - 1][0]) })
}).catch((error) => done({ error: String(error) }))
