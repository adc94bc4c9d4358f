/**
 * The container that a cgroup belongs to, by the 64 hex digits that docker, containerd, CRI-O and podman all put into its path
 * (`/system.slice/docker-<id>.scope`, `/kubepods.slice/…/cri-containerd-<id>.scope`, `/docker/<id>`); the innermost one. Null: none.
 */
export function containerIdOf(cgroup: string | null): string | null {
  return cgroup?.match(/(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])/g)?.at(-1) ?? null
}
