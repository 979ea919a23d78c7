"""Light: a scene's lights become the frame on the screen. Pure arrays, but for the window; reads no clock.

The path of a frame, as `picture.Picture` walks it:

    lights (metres, linear radiance)       scene.Points, Strokes, Mist, lowered in scene.py
    -> camera                              pyramid/camera.py: metres to pixels
    -> splats and thin lines               pyramid/splat.py, lines.py
    -> an image pyramid, summed downwards  pyramid/levels.py
    -> bands of rows: grade, tone curve    pyramid/resolve.py, grade.py
    -> displaced bars                      glitch.py
    -> flash guard                         flashguard/guard.py: the last to touch it
    -> screen                              screen/window.py, or a film

A *frame* is what is shown, (height, width) of 0x00RRGGBB; a *picture* (`Picture`) is what draws one after another.
"""
