#include "syscall-objects.h"

#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>

#include "output.h"

struct call {
	int nr;
	struct object_call what;
};

#define PATH(name, arg) { __NR_##name, { OBJECT_PATH, arg, 0, 0 } }
#define FD(name) { __NR_##name, { OBJECT_FILE, 0, 0, 0 } }
/** A descriptor, and the call returns bytes. */
#define DATA(name) { __NR_##name, { OBJECT_FILE, 0, 1, 0 } }
#define ADDRESS(name, arg, bytes) { __NR_##name, { OBJECT_ADDRESS, arg, bytes, 0 } }

static const struct call CALLS[] = {
	PATH(openat, 1), PATH(openat2, 1), PATH(newfstatat, 1), PATH(statx, 1), PATH(unlinkat, 1), PATH(mkdirat, 1), PATH(renameat2, 1),
	PATH(readlinkat, 1), PATH(faccessat, 1), PATH(fchmodat, 1), PATH(fchownat, 1), PATH(utimensat, 1), PATH(linkat, 1),
	PATH(mknodat, 1), PATH(execveat, 1), PATH(execve, 0), PATH(chdir, 0), PATH(chroot, 0), PATH(truncate, 0), PATH(statfs, 0),
	PATH(getxattr, 0), PATH(lgetxattr, 0), PATH(inotify_add_watch, 1),
#ifdef __NR_faccessat2
	PATH(faccessat2, 1),
#endif
#ifdef __NR_renameat
	PATH(renameat, 1),
#endif
#ifdef __NR_open
	PATH(open, 0), PATH(creat, 0), PATH(stat, 0), PATH(lstat, 0), PATH(access, 0), PATH(unlink, 0), PATH(rename, 0), PATH(mkdir, 0),
	PATH(rmdir, 0), PATH(readlink, 0), PATH(link, 0), PATH(chmod, 0), PATH(chown, 0), PATH(lchown, 0), PATH(utime, 0),
	PATH(utimes, 0),
#endif
	DATA(read), DATA(write), DATA(pread64), DATA(pwrite64), DATA(readv), DATA(writev), DATA(preadv), DATA(pwritev), DATA(preadv2),
	DATA(pwritev2), DATA(sendfile), DATA(copy_file_range), DATA(splice), DATA(recvfrom), DATA(recvmsg), DATA(sendmsg),
	FD(close), FD(fstat), FD(fsync), FD(fdatasync), FD(sync_file_range), FD(ftruncate), FD(fallocate), FD(lseek), FD(getdents64),
	FD(ioctl), FD(fcntl), FD(flock), FD(accept), FD(accept4), FD(listen), FD(shutdown), FD(setsockopt), FD(getsockopt),
	FD(recvmmsg), FD(sendmmsg), FD(fchmod), FD(fchown), FD(fgetxattr),
	ADDRESS(connect, 1, 0), ADDRESS(bind, 1, 0), ADDRESS(sendto, 4, 1),
};

bool syscall_objects_fill(int map)
{
	for (size_t i = 0; i < sizeof(CALLS) / sizeof(*CALLS); i++) {
		uint32_t nr = CALLS[i].nr;

		if (nr < OBJECT_CALLS && bpf_map_update_elem(map, &nr, &CALLS[i].what, BPF_ANY))
			return false;
	}
	return true;
}

/** "10.0.0.1:5432", "[::1]:80"; false for what is none. */
static bool write_address(char *text, size_t size, int family, const void *address, unsigned int port)
{
	char host[INET6_ADDRSTRLEN];

	if ((family != AF_INET && family != AF_INET6) || !inet_ntop(family, address, host, sizeof(host)))
		return false;
	snprintf(text, size, family == AF_INET ? "%s:%u" : "[%s]:%u", host, port);
	return true;
}

/** A sockaddr that a program gave, as far as it was read. */
static void write_given_address(char *text, size_t size, const char *bytes)
{
	sa_family_t family;

	memcpy(&family, bytes, sizeof(family));
	if (family == AF_INET) {
		struct sockaddr_in in;

		memcpy(&in, bytes, sizeof(in));
		write_address(text, size, AF_INET, &in.sin_addr, ntohs(in.sin_port));
	} else if (family == AF_INET6) {
		struct sockaddr_in6 in6;

		memcpy(&in6, bytes, sizeof(in6));
		write_address(text, size, AF_INET6, &in6.sin6_addr, ntohs(in6.sin6_port));
	} else if (family == AF_UNIX) {
		const char *path = bytes + offsetof(struct sockaddr_un, sun_path);

		// An abstract name begins with a zero byte.
		snprintf(text, size, "unix:%s%.24s", *path ? "" : "@", *path ? path : path + 1);
	} else
		snprintf(text, size, "address of family %u", family);
}

/** The path of a file from its components, which are stored from the last to the first. */
static void write_path(char *text, size_t size, const struct object_row *row)
{
	const char *parts[OBJECT_NAME];
	size_t count = 0, used = 0;

	for (size_t at = 0; at < row->name_size && at < OBJECT_NAME; at += strnlen(row->name + at, OBJECT_NAME - at) + 1)
		parts[count++] = row->name + at;
	text[0] = 0;
	if (row->name_cut)
		used += snprintf(text, size, "…");
	for (size_t i = count; i-- > 0 && used < size;)
		used += snprintf(text + used, size - used, "/%.*s", OBJECT_COMPONENT, parts[i]);
	if (count == 0 && !row->name_cut)
		snprintf(text, size, "/");
}

static void write_file(char *text, size_t size, const struct object_key *key, const struct object_row *row)
{
	struct object_file_id id;
	mode_t type = row->mode & S_IFMT;

	memcpy(&id, key->text, sizeof(id));
	if (type == S_IFSOCK) {
		// Not connected, or of another family.
		if (row->port == 0 || !write_address(text, size, row->family, row->address, row->port))
			snprintf(text, size, "%s:[%llu]", row->family == AF_UNIX ? "unix" : row->family == AF_NETLINK ? "netlink" : "socket",
				 (unsigned long long)id.inode);
	} else if (type == S_IFIFO && row->name_size <= 1)
		snprintf(text, size, "pipe:[%llu]", (unsigned long long)id.inode);
	else if (type == 0)
		snprintf(text, size, "anon_inode:%.*s", OBJECT_COMPONENT, row->name);
	else
		write_path(text, size, row);
}

void syscall_object_print(const struct object_key *key, const struct object_row *row, bool over)
{
	static const char *const kinds[] = { "none", "path", "file", "address" };
	char text[OBJECT_NAME * 2] = "";

	if (key->kind == OBJECT_FILE)
		write_file(text, sizeof(text), key, row);
	else if (key->kind == OBJECT_ADDRESS)
		write_given_address(text, sizeof(text), key->text);
	else {
		bool is_cut = key->text[OBJECT_TEXT - 2] != 0;

		snprintf(text, sizeof(text), "%.*s%s", OBJECT_TEXT - 1, key->text, is_cut ? "…" : "");
	}
	output("{\"type\":\"object\",\"pid\":%u,\"nr\":%d,\"kind\":\"%s\",\"name\":", key->tgid, key->nr, kinds[key->kind & 3]);
	output_string(text, sizeof(text));
	output(",\"calls\":%llu,\"errors\":%llu,\"bytes\":%llu,\"totalNs\":%llu,\"id\":", (unsigned long long)row->calls,
	       (unsigned long long)row->errors, (unsigned long long)row->bytes, (unsigned long long)row->total_ns);
	if (key->kind == OBJECT_FILE) {
		struct object_file_id id;

		memcpy(&id, key->text, sizeof(id));
		output("\"%x:%llx\"", id.device, (unsigned long long)id.inode);
	} else
		output("\"\"");
	output(",\"over\":%s}\n", over ? "true" : "false");
}
