"""The addresses of the table of controls that more than one place speaks of, each written here alone.

What they take, and what they mean, is in controls.py. A scene writes those that it reads, and its own, in full: they
are its contract with whoever plays it.
"""

from __future__ import annotations

from typing import Final

SHOW: Final = "/show/"
CAMERA: Final = "/camera/"
SLEEPER: Final = "/sleeper/"
"""How addresses begin that belong together."""

GO: Final = "/show/go"
GO_FADE: Final = "/show/go_fade"
GO_FROM: Final = "/show/go_from"
CUT: Final = "/show/cut"
BACK: Final = "/show/back"
GOTO: Final = "/show/goto"
STANDBY: Final = "/show/standby"
AT: Final = "/show/at"
SECTION: Final = "/show/section"
PHASE: Final = "/show/phase"
SCENE: Final = "/show/scene"
DATE: Final = "/show/date"
HOLD: Final = "/show/hold"
RATE: Final = "/show/rate"
TAP: Final = "/show/tap"
TEMPO: Final = "/show/tempo"
BLACKOUT: Final = "/show/blackout"
CODE: Final = "/show/code"
CALM: Final = "/show/calm"

UNREST: Final = "/dream/unrest"
COMMUNION: Final = "/dream/communion"
BREATH: Final = "/dream/breath"
CROWD: Final = "/dream/crowd"
CROWD_MOST: Final = "/dream/crowd_most"
MEND: Final = "/dream/mend"

BRIGHTNESS: Final = "/light/brightness"
GLOW: Final = "/light/glow"
TRAILS: Final = "/light/trails"
HUE: Final = "/light/hue"
SATURATION: Final = "/light/saturation"
LIGHT_GLITCH: Final = "/light/glitch"

SOUND_LEVEL: Final = "/sound/level"
ROOT: Final = "/sound/root"
SOUND_COLOUR: Final = "/sound/colour"
SPACE: Final = "/sound/space"
SOUND_GLITCH: Final = "/sound/glitch"
SOUND_ROUGHNESS: Final = "/sound/roughness"

DMX_LEVEL: Final = "/dmx/level"

LEARN: Final = "/midi/learn"
FORGET: Final = "/midi/forget"

SWAY: Final = "/camera/sway"
DISTANCE: Final = "/camera/distance"
HEIGHT: Final = "/camera/height"
ORBIT: Final = "/camera/orbit"
TILT: Final = "/camera/tilt"

UNDO: Final = "/undo"
REDO: Final = "/redo"
CHANGE: Final = "/hand/change"

VOICE_LEVEL: Final = "/voice/level"
VOICE_ONSET: Final = "/voice/onset"
VOICE_PITCH: Final = "/voice/pitch"
VOICE_CONFIDENCE: Final = "/voice/confidence"

LOCK: Final = "/lock/"
LOCK_CONTROL: Final = "/lock/control"

RECORD: Final = "/gesture/record"
PLAY: Final = "/gesture/play"
LFO: Final = "/gesture/lfo"
RANDOM: Final = "/gesture/random"
END: Final = "/gesture/end"
STOP: Final = "/gesture/stop"

SAVE: Final = "/preset/save"
LOAD: Final = "/preset/load"
RESTORE: Final = "/preset/restore"
MORPH: Final = "/preset/morph"
LIST: Final = "/preset/list"

SLEEPER_LINE: Final = "/sleeper/N/line"

VERSE_LINE: Final = "/verse/line"
VERSE_APPROVE: Final = "/verse/approve"
VERSE_HIDE: Final = "/verse/hide"
VERSE_BAN: Final = "/verse/ban"
VERSE_CLEAR: Final = "/verse/clear"
VERSE_SHOWN: Final = "/verse/shown"
VERSE_LANGUAGE: Final = "/verse/language"

SYNC: Final = "/sync"

STATE_PHASE: Final = "/state/phase"
STATE_SECTION: Final = "/state/section"
STATE_PROGRESS: Final = "/state/progress"
STATE_STANDBY: Final = "/state/standby"
STATE_NOTE: Final = "/state/note"
STATE_WAITING: Final = "/state/waiting"
STATE_COHERENCE: Final = "/state/coherence"
STATE_ROUGHNESS: Final = "/state/roughness"
STATE_FPS: Final = "/state/fps"
STATE_LEVEL: Final = "/state/level"
STATE_INTEGRATED: Final = "/state/integrated"
STATE_CALIBRATED: Final = "/state/calibrated"
STATE_LAEQ: Final = "/state/laeq"
STATE_DOSE: Final = "/state/dose"
STATE_HEARING: Final = "/state/hearing"
STATE_GUARD: Final = "/state/guard"
STATE_REFUSED: Final = "/state/refused"
STATE_PRESETS: Final = "/state/presets"
STATE_WORDS: Final = "/state/words"
