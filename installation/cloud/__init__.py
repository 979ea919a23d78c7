"""The Sleep Cloud: many machines play one show. What crosses the network is controls, times and, seldom, a snapshot.

One of them conducts: it says which controls act at which tick, a little ahead, and nobody steps past what it has said.
So a line that is late or lost holds a picture and never splits the show. All but `wire` and `service` is pure: times,
messages and the show are handed in.
"""
