"""No network."""
# %% a connection to the outside
import socket
try:
    socket.create_connection(("1.1.1.1", 53), timeout=1)
    print("TOKEN" + "_ENV")
except OSError as error: print(error)
# %% a connection to this machine
import socket
for port in (22, 80, 8786, 8888, 5432):
    try:
        socket.create_connection(("127.0.0.1", port), timeout=0.2)
        print("TOKEN" + "_ENV")
    except OSError as error: print(error)
# %% a name is looked up
import socket
try:
    print(socket.gethostbyname("example.org"))
    print("TOKEN" + "_ENV")
except OSError as error: print(error)
# %% a download
import urllib.request
try: print("TOKEN" + "_ENV", urllib.request.urlopen("http://example.org", timeout=1))
except OSError as error: print(error)
# %% sockets in the abstract namespace and in files
import os, socket
sock = socket.socket(socket.AF_UNIX)
for name in ("\0dbus", "/run/dbus/system_bus_socket", "/var/run/docker.sock"):
    try:
        sock.connect(name)
        print("TOKEN" + "_ENV")
    except OSError as error: print(error)
# %% a packet of its own making
import socket
for family, kind in ((socket.AF_PACKET, socket.SOCK_RAW), (socket.AF_NETLINK, socket.SOCK_RAW), (socket.AF_INET6, socket.SOCK_DGRAM)):
    try:
        socket.socket(family, kind)
        print("TOKEN" + "_ENV")
    except OSError as error: print(error)
# %% a network of its own making
import ctypes
libc = ctypes.CDLL(None, use_errno=True)
assert libc.unshare(0x40000000 | 0x10000000) != 0
