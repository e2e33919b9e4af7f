"""The simulation of docs/batch.md: the same numbers each time, and its bounds."""

from __future__ import annotations

from smtpdoctor.batch.many import LOGIN_PAUSE
from tools.simulate_batch import simulate


def test_the_same_seed_gives_the_same_hours_and_no_login_comes_too_soon() -> None:
    def once(**more: bool) -> float:
        options = {"equal": False, "logins": True, **more}
        found = simulate(3000, 20, jobs=64, waiting=2000, seed=1, **options)
        if options["logins"]:
            # one in twenty fails before its login, in this simulation
            assert found.seconds >= 0.9 * found.largest * LOGIN_PAUSE
        return found.seconds

    assert once() == once()
    assert once(logins=False) < once()
    assert once(equal=True) < once()
