"""Short scenes to begin from, each of which teaches one thing. The manual's "Scenes of your own" shows their pictures.

fireflies  Points, hues, and chance addressed by index
reeds      Strokes, a control, and a state that `step` moves
lake       mirror images, and what glitch does to lights
avenue     a camera of one's own, haze, lines that stay visible, and Mist that knows where a place is seen
terrace    seats: where people are is where they are heard; voices of one's own
"""
