/* Layout of what the syscall programs note about files and addresses. */
#ifndef SONDE_SYSCALL_OBJECTS_MAPS_H
#define SONDE_SYSCALL_OBJECTS_MAPS_H

#include <linux/types.h>

/** System calls by number that the table of what they take has room for. */
#define OBJECT_CALLS 512
#define OBJECT_TEXT 160
#define OBJECT_NAME 192
/** A component of a path that is longer is cut. */
#define OBJECT_COMPONENT 64

/** What a call is about. In `struct object_call` also: where to find it. */
enum object_kind {
	OBJECT_NONE,
	/** A path as the program gave it. */
	OBJECT_PATH,
	/** What a descriptor stands for. */
	OBJECT_FILE,
	/** A socket address as the program gave it. */
	OBJECT_ADDRESS,
};

/** `arg`: which argument, from 0. `bytes`: what the call returns is a number of bytes. */
struct object_call {
	__u8 kind;
	__u8 arg;
	__u8 bytes;
	__u8 unused;
};

struct object_file_id {
	__u64 inode;
	__u32 device;
};

/** `text`: a path; an object_file_id; or a sockaddr. Zero to its end. */
struct object_key {
	__u32 tgid;
	__s32 nr;
	__u32 kind;
	__u32 unused;
	char text[OBJECT_TEXT];
};

/**
 * Of files also their name, found when they are first seen: components from the last to the first, each with a zero byte. Of sockets
 * instead the address of the other end.
 */
struct object_row {
	__u64 calls;
	__u64 errors;
	__u64 bytes;
	__u64 total_ns;
	/** When the last of the calls ended. */
	__u64 last_ns;
	/** Of files: type and rights. */
	__u32 mode;
	/** The address of a socket's other end: its family (0: none), port and bytes. */
	__u16 family;
	__u16 port;
	__u8 address[16];
	/** Bytes of `name`, and whether there would have been more. */
	__u32 name_size;
	__u32 name_cut;
	char name[OBJECT_NAME];
};

/** The call that a thread is in: `active` from its beginning to its end. */
struct object_pending {
	__u32 active;
	__u32 bytes;
	/** A text that could not be read at the beginning: the kernel itself will have fetched it by the end. */
	__u64 again;
	struct object_key key;
	struct object_row row;
};

#endif
