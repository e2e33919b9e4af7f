"""Runs jobs side by side: JSON lines in, a JSON line for each out."""

import json
import sys
import threading


def run(send, lines):
    jobs = [json.loads(line) for line in lines]
    threads = [threading.Thread(target=_one, args=(send, job), daemon=True) for job in jobs]
    for batch in (threads[at : at + 8] for at in range(0, len(threads), 8)):
        for thread in batch:
            thread.start()
        for thread in batch:
            thread.join(40)


def _one(send, job):
    error = ""
    try:
        send(job)
    except Exception as caught:
        error = f"{type(caught).__name__}: {caught}"
    # print() writes the end of its line by itself, and another thread's words may come between
    sys.stdout.write(json.dumps({"id": job["id"], "error": error}) + "\n")
    sys.stdout.flush()
