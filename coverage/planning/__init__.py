"""Planning: what to take over, what to connect, in what order, for how much. Pure: tables in, tables out."""
