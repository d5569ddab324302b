import os.path as p
from subprocess import Popen, call as run
import os
class A:
    def f(self, x=u"caf\u00e9"):
        import shutil as s
        return s.rmtree(x), run("true"), p.join("a", x), 10L, 1.5, "interned", "interned"
os.system("true")
