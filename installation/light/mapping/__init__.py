"""Mapping: one canvas becomes the rasters of up to 16 outputs: bent, blended, masked. Pure arrays; opens no window."""
