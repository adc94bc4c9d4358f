/*
 * The few fields of kernel types that the programs read, instead of a generated vmlinux.h. preserve_access_index makes libbpf look the
 * real offsets up in the running kernel's BTF when it loads a program (CO-RE), so only names and types have to be right here.
 */
#ifndef SONDE_KERNEL_TYPES_H
#define SONDE_KERNEL_TYPES_H

#include <stdbool.h>
#include <linux/types.h>
#include <linux/bpf.h>

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

typedef struct {
	int counter;
} atomic_t;

/** Shared by the threads of a process. `live`: threads that have not begun to exit. */
struct signal_struct {
	atomic_t live;
};

struct qstr {
	const unsigned char *name;
};

struct dentry {
	struct dentry *d_parent;
	struct qstr d_name;
};

struct vfsmount {
	struct dentry *mnt_root;
};

struct mount {
	struct mount *mnt_parent;
	struct dentry *mnt_mountpoint;
	struct vfsmount mnt;
};

struct path {
	struct vfsmount *mnt;
	struct dentry *dentry;
};

struct super_block {
	__u32 s_dev;
};

struct inode {
	unsigned short i_mode;
	struct super_block *i_sb;
	unsigned long i_ino;
};

struct file {
	void *private_data;
	struct inode *f_inode;
	struct path f_path;
};

struct fdtable {
	unsigned int max_fds;
	struct file **fd;
};

struct files_struct {
	struct fdtable *fdt;
};

struct in6_address {
	__u8 bytes[16];
};

struct sock_common {
	__u32 skc_daddr;
	__u16 skc_dport;
	unsigned short skc_family;
	struct in6_address skc_v6_daddr;
};

struct sock {
	struct sock_common __sk_common;
};

struct socket {
	struct sock *sk;
};

/** `start_time`: when the thread began, ns of CLOCK_MONOTONIC. */
struct task_struct {
	int pid;
	int tgid;
	__u64 start_time;
	char comm[16];
	struct task_struct *group_leader;
	struct signal_struct *signal;
	struct files_struct *files;
};

#if defined(__TARGET_ARCH_x86)
struct pt_regs {
	unsigned long r8;
	unsigned long si;
	unsigned long di;
};
#else
struct pt_regs {
	__u64 regs[31];
};
#endif

#pragma clang attribute pop

#endif
