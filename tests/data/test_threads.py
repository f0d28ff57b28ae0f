"""The pin of BLAS: it holds inside, is given back, and does not look for the libraries every time."""

from __future__ import annotations

import sys
from types import ModuleType

import numpy as np
import threadpoolctl

from modelpick.data.threads import one_thread


def blas() -> int:
    return max(lib["num_threads"] for lib in threadpoolctl.threadpool_info() if lib["user_api"] == "blas")


def test_one_thread_inside_and_the_threads_back_outside_also_after_an_error():
    np.ones((2, 2)) @ np.ones((2, 2))
    with threadpoolctl.threadpool_limits(2):
        try:
            with one_thread(), one_thread():
                assert blas() == 1
                raise ZeroDivisionError
        except ZeroDivisionError:
            assert blas() == 2


def test_libraries_are_looked_for_again_only_after_an_import(monkeypatch):
    looked = []
    whole = threadpoolctl.ThreadpoolController

    def counted() -> threadpoolctl.ThreadpoolController:
        looked.append(len(sys.modules))
        return whole()

    with one_thread():
        pass
    monkeypatch.setattr(threadpoolctl, "ThreadpoolController", counted)
    for _ in range(3):
        with one_thread():
            pass
    assert not looked
    monkeypatch.setitem(sys.modules, "a_module_of_this_test", ModuleType("a_module_of_this_test"))
    with one_thread():
        pass
    assert len(looked) == 1
