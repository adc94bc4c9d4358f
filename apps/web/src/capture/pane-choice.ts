import { MAX_PANES, type PaneName } from '@sonde/contract'

/**
 * What stands on the page: the panes of the link that this capture has something for, else (none chosen, or none of them is here)
 * everything it recorded.
 */
export function shownPanes(
  chosen: readonly PaneName[],
  { offered, recorded }: { offered: readonly PaneName[]; recorded: readonly PaneName[] },
): PaneName[] {
  const here = chosen.filter((name) => offered.includes(name))
  return here.length > 0 ? here : [...recorded]
}

/** Of what is shown, what has a place of its own: where there is more than room for, the last place is that of the open one. */
export function placedPanes(shown: readonly PaneName[], open: PaneName | ''): PaneName[] {
  if (shown.length <= MAX_PANES) return [...shown]
  const last = shown.slice(MAX_PANES - 1)
  return [...shown.slice(0, MAX_PANES - 1), ...last.filter((name, i) => (last.includes(open as PaneName) ? name === open : i === 0))]
}

/** `to` in the place of `from`; the two change places where `to` is shown already. */
export function changePane(placed: readonly PaneName[], from: PaneName, to: PaneName): PaneName[] {
  return placed.map((name) => (name === from ? to : name === to ? from : name))
}

/** `added` right after `beside`; the same list where there is no room. */
export function addPane(placed: readonly PaneName[], beside: PaneName, added: PaneName): PaneName[] {
  if (placed.length >= MAX_PANES || placed.includes(added)) return [...placed]
  return placed.flatMap((name) => (name === beside ? [name, added] : [name]))
}

/** `wanted` right after `beside`; where there is no room it takes the place of the last other one, and where it is shown already it stays. */
export function showBeside(placed: readonly PaneName[], beside: PaneName, wanted: PaneName): PaneName[] {
  if (placed.includes(wanted) || placed.length < MAX_PANES) return addPane(placed, beside, wanted)
  const last = placed.findLast((name) => name !== beside)
  return placed.map((name) => (name === last ? wanted : name))
}

/** Without `closed`; the last one stays. */
export function closePane(placed: readonly PaneName[], closed: PaneName): PaneName[] {
  return placed.length > 1 ? placed.filter((name) => name !== closed) : [...placed]
}
