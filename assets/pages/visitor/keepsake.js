// What somebody who wakes up takes along: the wall as it was, their light ringed, number and time. Drawn on the phone.
const WIDE = 960, FOOT = 72, SHAPE = 16 / 9

// an address of the picture, for an <img> and a download; `place` is [number, x, y] of a picture of 16:9, or null
export async function keepsake(picture, place, colour, words) {
  const image = await createImageBitmap(picture)
  const canvas = document.createElement("canvas"), high = Math.round((WIDE * image.height) / image.width)
  canvas.width = WIDE
  canvas.height = high + FOOT
  const pen = canvas.getContext("2d")
  pen.fillStyle = "#03040d"
  pen.fillRect(0, 0, canvas.width, canvas.height)
  pen.imageSmoothingQuality = "high"
  pen.drawImage(image, 0, 0, WIDE, high)
  if (place && Math.abs(image.width / image.height / SHAPE - 1) < 0.03) ring(pen, place[1] * WIDE, place[2] * high, colour)
  pen.font = "italic 300 34px Newsreader, Georgia, serif"
  pen.textBaseline = "middle"
  pen.fillStyle = `rgb(${colour.map((part) => Math.round(part + (255 - part) * 0.4))})`
  pen.fillText(words, 28, high + FOOT / 2)
  pen.fillStyle = "#b9c3e6"
  pen.textAlign = "right"
  pen.fillText("SleepTree", WIDE - 28, high + FOOT / 2)
  return URL.createObjectURL(await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.9)))
}

function ring(pen, x, y, colour) {
  for (const [radius, width, alpha] of [[30, 12, 0.12], [30, 6, 0.25], [30, 2.5, 0.95]]) {
    pen.beginPath()
    pen.arc(x, y, radius, 0, 2 * Math.PI)
    pen.lineWidth = width
    pen.strokeStyle = `rgba(${colour}, ${alpha})`
    pen.stroke()
  }
}
