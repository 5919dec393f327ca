"""Registry spreadsheets as a provincial office writes them: XLSX, XLS and CSV.

A library reads the cells (``xlsx``, ``xls``, ``delimited``); the files beside it read what
people typed, one kind of value a file; ``row`` puts a row together, ``identity`` compares rows,
``products`` makes the pages, ``source`` is the way in.
"""
