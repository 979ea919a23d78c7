"""Light: scenes' lights become a picture. Pure arrays, but for the window; reads no clock."""
