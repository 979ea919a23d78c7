"""OSC: datagrams and streams to messages and back, the server, address patterns, OSCQuery."""
