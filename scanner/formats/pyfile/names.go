package pyfile

import (
	"slices"
	"strings"
)

// An effect is what a call does, as a clause behind its name.
type effect struct {
	does  string
	names []string // sorted; one that ends in "." or "_" stands for all that begin so
}

// process are calls that start a program.
var process = effect{"starts a process", []string{
	"_posixsubprocess.fork_exec", "_winapi.CreateProcess", "asyncio.create_subprocess_", "asyncio.subprocess.create_subprocess_", "commands.getoutput",
	"commands.getstatusoutput", "distutils.spawn.spawn", "invoke.run", "nt.system", "os.execl", "os.execle", "os.execlp", "os.execlpe", "os.execv",
	"os.execve", "os.execvp", "os.execvpe", "os.fork", "os.forkpty", "os.popen", "os.posix_spawn", "os.posix_spawnp", "os.spawnl", "os.spawnle",
	"os.spawnlp", "os.spawnlpe", "os.spawnv", "os.spawnve", "os.spawnvp", "os.spawnvpe", "os.startfile", "os.system", "pexpect.run", "pexpect.spawn",
	"pip._internal.main", "pip.main", "popen2.popen2", "popen2.popen3", "posix.system", "pty.fork", "pty.spawn", "subprocess.Popen", "subprocess.call",
	"subprocess.check_call", "subprocess.check_output", "subprocess.getoutput", "subprocess.getstatusoutput", "subprocess.run",
}}

// evaluation are calls that run text or bytecode as code.
var evaluation = effect{"runs text or bytecode as code", []string{
	"builtins.eval", "builtins.exec", "builtins.execfile", "marshal.loads", "pickle.loads", "cloudpickle.loads", "dill.loads", "runpy.run_module",
	"runpy.run_path", "types.CodeType", "types.FunctionType",
}}

// network are calls that open a connection.
var network = effect{"opens a connection", []string{
	"ftplib.FTP", "http.client.HTTPConnection().request", "http.client.HTTPSConnection().request", "httpx.get", "httpx.post", "httpx.request",
	"httpx.stream", "paramiko.SSHClient().connect", "requests.Session().get", "requests.Session().post", "requests.get", "requests.post",
	"requests.put", "requests.request", "smtplib.SMTP", "smtplib.SMTP_SSL", "socket.create_connection", "socket.create_server", "socket.getaddrinfo",
	"socket.gethostbyname", "socket.socket().bind", "socket.socket().connect", "socket.socket().connect_ex", "socket.socket().sendto",
	"telnetlib.Telnet", "urllib.request.urlopen", "urllib.request.urlretrieve", "urllib.urlopen", "urllib.urlretrieve", "urllib2.urlopen",
	"urllib3.PoolManager().request", "websocket.create_connection", "wget.download", "xmlrpc.client.ServerProxy",
}}

// has reports whether a path is one of the names.
func (e *effect) has(path string) bool {
	for _, name := range e.names {
		if path == name || strings.HasSuffix(name, "_") && strings.HasPrefix(path, name) {
			return true
		}
	}
	return false
}

// computed reports whether a path is an attribute of a module of this effect whose name
// was not worked out: what is called may be any of its functions.
func (e *effect) computed(path string) bool {
	module, ok := strings.CutSuffix(path, ".?")
	if !ok {
		return false
	}
	for _, name := range e.names {
		if strings.HasPrefix(name, module+".") {
			return true
		}
	}
	return false
}

// unpackers are the ends of functions that turn text into other text or code, by which
// code is hidden or fetched. They count where what they give is run.
var unpackers = []string{
	"base64.", "zlib.", "bz2.", "lzma.", "gzip.", "codecs.", "binascii.", "marshal.", "requests.", "urllib.", "urllib2.", "httpx.", "socket.", "cryptography.",
	"Crypto.", "Cryptodome.", "builtins.bytes.fromhex", "builtins.bytearray.fromhex",
}

// files are functions that open a compressed file: what they read is not hidden, and a
// pickle of its own that is scanned where it lies.
var files = []string{"bz2.open()", "bz2.BZ2File()", "gzip.open()", "gzip.GzipFile()", "lzma.open()", "lzma.LZMAFile()"}

// unpacked reports whether a value came from one of the unpackers.
func unpacked(path string) bool {
	if slices.ContainsFunc(files, func(file string) bool { return strings.HasPrefix(path, file) }) {
		return false
	}
	return strings.Contains(path, "()") && slices.ContainsFunc(unpackers, func(from string) bool { return strings.HasPrefix(path, from) })
}
