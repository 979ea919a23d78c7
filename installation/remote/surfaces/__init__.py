"""Controller surfaces, laid out from the table of controls: TouchOSC and Open Stage Control."""
