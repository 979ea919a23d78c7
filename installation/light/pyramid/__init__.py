"""The renderer: lights are projected, splatted into an HDR image pyramid and resolved into pixels."""
