/*
 * What a system call is about: the path or the address that it was given, or the file behind its descriptor. Counted by process, call and
 * that. Names of files are looked up once, when a process first makes such a call on them; from then on their inode tells them apart.
 */
#ifndef SONDE_SYSCALL_OBJECTS_BPF_H
#define SONDE_SYSCALL_OBJECTS_BPF_H

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include "kernel-types.h"
#include "syscall-objects-maps.h"

#define FILE_TYPE 0170000
#define SOCKET_TYPE 0140000
#define FAMILY_INET 2
#define FAMILY_INET6 10
/** Steps from a file to the root, mounts included; as many components as fit. */
#define MAX_STEPS 24

/** By number; written by the helper before anything is attached. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, OBJECT_CALLS);
	__type(key, __u32);
	__type(value, struct object_call);
} object_calls SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_TASK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct object_pending);
} object_by_task SEC(".maps");

/* The size is set by the helper. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 16384);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct object_key);
	__type(value, struct object_row);
} object_rows SEC(".maps");

static __always_inline __u64 syscall_argument(struct pt_regs *regs, __u32 index)
{
#if defined(__TARGET_ARCH_x86)
	switch (index) {
	case 0:
		return BPF_CORE_READ(regs, di);
	case 1:
		return BPF_CORE_READ(regs, si);
	default:
		return BPF_CORE_READ(regs, r8);
	}
#else
	switch (index) {
	case 0:
		return BPF_CORE_READ(regs, regs[0]);
	case 1:
		return BPF_CORE_READ(regs, regs[1]);
	default:
		return BPF_CORE_READ(regs, regs[4]);
	}
#endif
}

/** Where the way from a file to the root has come to. */
struct name_walk {
	struct object_row *row;
	struct dentry *dentry;
	struct vfsmount *mnt;
	__u32 size;
	bool is_whole;
};

/** One step of it; 1 at the end. */
static long walk_up(__u32 index, void *context)
{
	struct name_walk *walk = context;
	struct dentry *dentry = walk->dentry;
	struct vfsmount *mnt = walk->mnt;

	if (dentry == BPF_CORE_READ(mnt, mnt_root)) {
		struct mount *mount = (void *)mnt - bpf_core_field_offset(struct mount, mnt);
		struct mount *above = BPF_CORE_READ(mount, mnt_parent);

		if (above == mount) {
			walk->is_whole = true;
			return 1;
		}
		walk->dentry = BPF_CORE_READ(mount, mnt_mountpoint);
		walk->mnt = (void *)above + bpf_core_field_offset(struct mount, mnt);
		return 0;
	}
	__u32 size = walk->size;

	if (size >= OBJECT_NAME - OBJECT_COMPONENT)
		return 1;
	long length = bpf_probe_read_kernel_str(walk->row->name + size, OBJECT_COMPONENT, BPF_CORE_READ(dentry, d_name.name));

	if (length <= 0 || length > OBJECT_COMPONENT)
		return 1;
	if (length == OBJECT_COMPONENT)
		walk->row->name_cut = 1;
	walk->size = size + length;
	walk->dentry = BPF_CORE_READ(dentry, d_parent);
	// A file of no file system that anyone has mounted: an eventpoll, a memfd, a pipe.
	walk->is_whole = walk->dentry == dentry;
	return walk->is_whole;
}

/** The components of a path, the last one first, up to the root of its mount namespace. */
static __always_inline void read_name(struct object_row *row, struct file *file)
{
	struct name_walk walk = {
		.row = row,
		.dentry = BPF_CORE_READ(file, f_path.dentry),
		.mnt = BPF_CORE_READ(file, f_path.mnt),
	};

	bpf_loop(MAX_STEPS, walk_up, &walk, 0);
	row->name_size = walk.size;
	if (!walk.is_whole)
		row->name_cut = 1;
}

/** Where a socket is connected to. */
static __always_inline void read_peer(struct object_row *row, struct file *file)
{
	struct socket *socket = BPF_CORE_READ(file, private_data);
	struct sock *sock = BPF_CORE_READ(socket, sk);

	if (!sock)
		return;
	__u16 family = BPF_CORE_READ(sock, __sk_common.skc_family);

	row->family = family;
	row->port = __builtin_bswap16(BPF_CORE_READ(sock, __sk_common.skc_dport));
	if (family == FAMILY_INET)
		BPF_CORE_READ_INTO((__u32 *)row->address, sock, __sk_common.skc_daddr);
	else if (family == FAMILY_INET6)
		bpf_core_read(row->address, 16, &sock->__sk_common.skc_v6_daddr);
}

/** Fills in whose descriptor it is; a row of it is made where there is none yet, while the file is surely open. */
static __always_inline bool note_file(struct object_pending *pending, struct task_struct *task, __u32 fd)
{
	struct fdtable *table = BPF_CORE_READ(task, files, fdt);
	struct file **files = BPF_CORE_READ(table, fd);
	struct file *file = NULL;

	if (fd >= BPF_CORE_READ(table, max_fds) || bpf_probe_read_kernel(&file, sizeof(file), files + fd) || !file)
		return false;
	struct inode *inode = BPF_CORE_READ(file, f_inode);
	struct object_file_id *id = (void *)pending->key.text;

	pending->key.kind = OBJECT_FILE;
	id->inode = BPF_CORE_READ(inode, i_ino);
	id->device = BPF_CORE_READ(inode, i_sb, s_dev);
	// Pipes and files of one kind without a file system share an inode's number only with themselves; eventpolls all share one.
	if (bpf_map_lookup_elem(&object_rows, &pending->key))
		return true;
	__builtin_memset(&pending->row, 0, sizeof(pending->row));
	pending->row.mode = BPF_CORE_READ(inode, i_mode);
	if ((pending->row.mode & FILE_TYPE) == SOCKET_TYPE)
		read_peer(&pending->row, file);
	else
		read_name(&pending->row, file);
	bpf_map_update_elem(&object_rows, &pending->key, &pending->row, BPF_NOEXIST);
	return true;
}

static __always_inline bool read_text(struct object_pending *pending, __u64 address)
{
	long length;

	__builtin_memset(pending->key.text, 0, sizeof(pending->key.text));
	if (pending->key.kind == OBJECT_PATH)
		return bpf_probe_read_user_str(pending->key.text, sizeof(pending->key.text), (void *)address) > 0;
	length = bpf_probe_read_user(pending->key.text, 28, (void *)address);
	if (length == 0)
		return true;
	// The smallest address that says anything is that of IPv4.
	return bpf_probe_read_user(pending->key.text, 16, (void *)address) == 0;
}

/** A call begins. */
static __always_inline void object_enter(struct task_struct *task, struct pt_regs *regs, __u32 tgid, long nr)
{
	__u32 index = nr;
	struct object_call *call = index < OBJECT_CALLS ? bpf_map_lookup_elem(&object_calls, &index) : NULL;

	if (!call || call->kind == OBJECT_NONE)
		return;
	struct object_pending *pending = bpf_task_storage_get(&object_by_task, task, 0, BPF_LOCAL_STORAGE_GET_F_CREATE);

	if (!pending) {
		count(COUNT_NO_OBJECT);
		return;
	}
	pending->active = 0;
	pending->again = 0;
	pending->bytes = call->bytes;
	pending->key.tgid = tgid;
	pending->key.nr = nr;
	__u64 value = syscall_argument(regs, call->arg);

	// sendto without an address, and fstat as newfstatat with an empty path, are about their descriptor.
	if (call->kind != OBJECT_FILE && value != 0) {
		pending->key.kind = call->kind;
		if (!read_text(pending, value))
			pending->again = value;
		else if (call->kind != OBJECT_PATH || pending->key.text[0] != 0) {
			pending->active = 1;
			return;
		}
		if (pending->again) {
			pending->active = 1;
			return;
		}
	}
	__builtin_memset(pending->key.text, 0, sizeof(pending->key.text));
	if (note_file(pending, task, syscall_argument(regs, 0)))
		pending->active = 1;
}

/** The same call ends. */
static __always_inline void object_exit(struct task_struct *task, __u64 began_ns, __u64 end_ns, long ret)
{
	struct object_pending *pending = bpf_task_storage_get(&object_by_task, task, 0, 0);

	if (!pending || !pending->active)
		return;
	pending->active = 0;
	if (pending->again && !read_text(pending, pending->again)) {
		count(COUNT_UNREADABLE_OBJECT);
		return;
	}
	struct object_row *row = bpf_map_lookup_elem(&object_rows, &pending->key);

	if (!row) {
		if (pending->key.kind == OBJECT_FILE) {
			count(COUNT_NO_OBJECT);
			return;
		}
		__builtin_memset(&pending->row, 0, sizeof(pending->row));
		bpf_map_update_elem(&object_rows, &pending->key, &pending->row, BPF_NOEXIST);
		row = bpf_map_lookup_elem(&object_rows, &pending->key);
		if (!row) {
			count(COUNT_NO_OBJECT);
			return;
		}
	}
	__sync_fetch_and_add(&row->calls, 1);
	__sync_fetch_and_add(&row->total_ns, end_ns - began_ns);
	if (is_error(ret))
		__sync_fetch_and_add(&row->errors, 1);
	else if (pending->bytes && ret > 0)
		__sync_fetch_and_add(&row->bytes, ret);
	row->last_ns = end_ns;
}

#endif
