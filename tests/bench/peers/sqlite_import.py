"""FILE DATABASE: the records in one table, with json and sqlite3 in one transaction."""
import json
import sqlite3
import sys

db = sqlite3.connect(sys.argv[2])
db.execute("CREATE TABLE pair (prompt TEXT, chosen TEXT, rejected TEXT)")
with open(sys.argv[1]) as lines:
    db.executemany(
        "INSERT INTO pair VALUES (?, ?, ?)",
        ((o["prompt"], o["chosen"], o["rejected"]) for o in map(json.loads, lines)),
    )
db.commit()
