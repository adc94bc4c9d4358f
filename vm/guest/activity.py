"""Everything that a recipe may be asked about, a few times a second, until it is ended: files, disk, network, processes, memory, locks."""

import mmap
import os
import signal
import socket
import threading
import time

FOLDER = "/root/activity"
os.makedirs(FOLDER, exist_ok=True)
signal.signal(signal.SIGUSR1, lambda *_: None)


def files():
    path = f"{FOLDER}/file"
    with open(path, "wb") as file:
        file.write(b"x" * 65536)
        file.flush()
        os.fsync(file.fileno())
    with open(path, "rb") as file:
        file.read()
    os.unlink(path)
    try:
        open(f"{FOLDER}/no-such-file")
    except FileNotFoundError:
        pass


def cold_pages():
    """Reads a file through a mapping after its pages were thrown out of memory: major faults."""
    path = f"{FOLDER}/cold"
    if not os.path.exists(path):
        with open(path, "wb") as file:
            file.write(b"x" * 262144)
            os.fsync(file.fileno())
    fd = os.open(path, os.O_RDONLY)
    os.posix_fadvise(fd, 0, 0, os.POSIX_FADV_DONTNEED)
    with mmap.mmap(fd, 262144, prot=mmap.PROT_READ) as mapped:
        mapped[0], mapped[131072]
    os.close(fd)


def serve():
    server = socket.create_server(("127.0.0.1", 7001))
    while True:
        client, _ = server.accept()
        client.recv(100)
        client.close()


def network():
    with socket.create_connection(("127.0.0.1", 7001)) as client:
        client.send(b"hello")
    try:
        socket.create_connection(("127.0.0.1", 7002))
    except ConnectionRefusedError:
        pass
    # Nobody listens: the packet is dropped for want of a socket.
    socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"hello", ("127.0.0.1", 7003))


def full_backlog():
    """Connects to a server that never accepts: its queue is full after two, further SYNs are dropped and sent again."""
    server = socket.create_server(("127.0.0.1", 7004), backlog=0)
    while True:
        clients = [socket.socket() for _ in range(4)]
        for client in clients:
            client.setblocking(False)
            client.connect_ex(("127.0.0.1", 7004))
        time.sleep(2.5)
        for client in clients:
            client.close()
        server.close()
        server = socket.create_server(("127.0.0.1", 7004), backlog=0)


def processes():
    child = os.posix_spawn("/usr/bin/true", ["true"], {})
    os.waitpid(child, 0)
    os.kill(os.getpid(), signal.SIGUSR1)


def out_of_memory():
    """A child in a group of 8 MB asks for 64 MB."""
    group = "/sys/fs/cgroup/activity"
    os.makedirs(group, exist_ok=True)
    with open(f"{group}/memory.max", "w") as limit:
        limit.write("8M")
    while True:
        child = os.fork()
        if child == 0:
            with open(f"{group}/cgroup.procs", "w") as procs:
                procs.write(str(os.getpid()))
            hog = bytearray(64 * 1024 * 1024)
            for page in range(0, len(hog), 4096):
                hog[page] = 1
            os._exit(0)
        os.waitpid(child, 0)
        time.sleep(1)


lock = threading.Lock()


def contend(path):
    """Two of these fight for a lock of their own, and for the one of the file that both append to."""
    fd = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    while True:
        for _ in range(50):
            os.write(fd, b"x" * 4096)
        os.ftruncate(fd, 0)
        with lock:
            time.sleep(0.02)
        time.sleep(0.05)


with open("/sys/fs/cgroup/cgroup.subtree_control", "w") as control:
    control.write("+memory")
for target, args in [
    (serve, ()),
    (full_backlog, ()),
    (out_of_memory, ()),
    (contend, (f"{FOLDER}/shared",)),
    (contend, (f"{FOLDER}/shared",)),
]:
    threading.Thread(target=target, args=args, daemon=True).start()
time.sleep(0.2)
while True:
    for act in (files, cold_pages, network, processes):
        act()
    bytearray(4 * 1024 * 1024)
    time.sleep(0.1)
