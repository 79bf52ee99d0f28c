"""WORKSPACE OUT: the pairs of a workspace as JSON Lines, with sqlite3 and json."""
import json
import sqlite3
import sys

db = sqlite3.connect(sys.argv[1])
with open(sys.argv[2], "w") as out:
    for messages, first, second, preference in db.execute(
        "SELECT messages, a.text, b.text, preference FROM latest JOIN judgement USING (judgement) "
        "JOIN comparison ON comparison.comparison = latest.comparison JOIN prompt USING (prompt) "
        "JOIN response a ON a.response = first JOIN response b ON b.response = second ORDER BY comparison.comparison"
    ):
        chosen, rejected = (first, second) if preference < 0 else (second, first)
        prompt = json.loads(messages)[0]["content"]
        out.write(json.dumps({"prompt": prompt, "chosen": chosen, "rejected": rejected}, ensure_ascii=False) + "\n")
