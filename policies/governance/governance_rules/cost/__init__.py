"""What a stack will cost a month: a dated price table, stated assumptions, and a pure estimate from its resources.

Only Python's own library is needed, so whoever holds a stack's resources as plain data can ask: the pack's own rule
does, and so can a tool that shows the estimate. There is one table of prices, and it stands here.
"""
