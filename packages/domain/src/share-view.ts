import { type CaptureViewState, formatViewState, parseTransforms, parseViewState } from '@sonde/contract'
import { buildCallTree, findByPathKey, GROUP_KIND, type Profile, pathKey, transformProfile } from '@sonde/profile'
import type { CaptureSight } from './authorize-capture.ts'
import { type CaptureWords, givesAway } from './capture-words.ts'
import { hideInProfile } from './hide-profile.ts'

const TEXTS = ['search', 'filter', 'find'] as const

/**
 * A view as the readers of a link land on it, as a query string: searches that name what is left out are dropped (and told), and zooms
 * below a host or a cgroup point to the same frame under its new name.
 */
export function shareView(
  query: string,
  sight: Pick<CaptureSight, 'hosts' | 'args'>,
  words: CaptureWords,
  profiles: { profile: Profile | null; offcpu: Profile | null },
  names: ReadonlyMap<string, string>,
): { view: string; dropped: string[] } {
  const view = parseViewState(new URLSearchParams(query))
  const hidden = new Set([...(sight.hosts ? [] : words.hosts), ...(sight.args ? [] : words.args)])
  const dropped = TEXTS.filter((field) => view[field] !== '' && givesAway(view[field], hidden, words.shown))
  for (const field of dropped) view[field] = ''
  if (!sight.hosts) {
    view.zoom = renamedZoom(view, view.zoom, profiles.profile, names)
    view.waitZoom = renamedZoom(view, view.waitZoom, profiles.offcpu, names)
  }
  return { view: formatViewState(view), dropped }
}

/**
 * A zoom is a hash of the names from the root down, and hosts and cgroups are among them where frames are grouped by those. One whose frame
 * is not found is then dropped: readers would find it neither, and names can be guessed from a hash. Else it is unchanged.
 */
function renamedZoom(view: CaptureViewState, zoom: string, profile: Profile | null, names: ReadonlyMap<string, string>): string {
  const lost = view.group === 'host' || view.group === 'cgroup' ? '' : zoom
  if (zoom === '' || profile === null || view.against === 'rest') return lost
  const { transforms } = parseTransforms(view.transforms)
  const whole = transforms.length > 0 ? transformProfile(profile, transforms).profile : profile
  const [, fromMs, toMs] = /^(\d+)-(\d+)$/.exec(view.window) ?? []
  const [, hostId, pid] = /^(.+):(\d+)$/.exec(view.process) ?? []
  const tree = buildCallTree(whole, {
    group: view.group,
    order: view.order,
    invert: view.invert,
    hostId: view.host === '' ? undefined : view.host,
    process: hostId === undefined ? undefined : { hostId, pid: Number(pid) },
    window: fromMs === undefined || !whole.meta.timed ? undefined : { fromUs: Number(fromMs) * 1_000, toUs: Number(toMs) * 1_000 },
  })
  const node = findByPathKey(tree, zoom)
  if (node <= 0) return lost
  const labels = [...tree.labels]
  const label = tree.label.slice()
  const hiddenNames = newNames(whole, names)
  for (let at = node; at > 0; at = tree.parent[at] ?? 0) {
    const kind = tree.kind[at]
    if (kind !== GROUP_KIND.host && kind !== GROUP_KIND.cgroup) continue
    const text = tree.labels[tree.label[at] ?? 0] ?? ''
    label[at] = labels.push(hiddenNames[kind === GROUP_KIND.host ? 'hosts' : 'cgroups'].get(text) ?? text) - 1
  }
  return pathKey({ ...tree, labels, label }, node)
}

/** What hosts and cgroups are called in the profile that readers get. */
function newNames(profile: Profile, names: ReadonlyMap<string, string>): { hosts: Map<string, string>; cgroups: Map<string, string> } {
  const shown = hideInProfile(profile, names)
  const hosts = new Map(profile.hosts.name.map((name, i) => [name || (profile.hosts.id[i] ?? ''), shown.hosts.name[i] ?? '']))
  const cgroups = new Map(
    Array.from(profile.threads.cgroup, (at, i) => [profile.strings[at] ?? '', shown.strings[shown.threads.cgroup[i] ?? 0] ?? '']),
  )
  return { hosts, cgroups }
}
