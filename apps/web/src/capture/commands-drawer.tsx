'use client'
import type { CaptureView } from '@sonde/contract'
import { Dialog, formatPlural, HostText } from '@sonde/ui'
import { CommandBlock } from '../commands/command-block.tsx'
import { groupCommands } from '../commands/group-commands.ts'

/** Exactly what ran on the hosts, with the tools' versions. */
export function CommandsDrawer({
  capture,
  open,
  onOpenChange,
}: {
  capture: CaptureView
  open: boolean
  onOpenChange: (open: boolean) => void
}) {
  const groups = groupCommands(capture.targets)
  const without = capture.targets.filter((target) => target.commands.length === 0)
  return (
    <Dialog
      shape="drawer"
      open={open}
      onOpenChange={onOpenChange}
      title="Commands"
      description="Exactly what ran on the hosts, as given to exec; no shell is involved."
    >
      <div className="flex flex-col gap-4">
        {groups.map((group) => (
          <section key={group.hostNames[0]} aria-label={group.hostNames[0]} className="flex flex-col gap-2">
            <h3 className="font-medium" title={group.hostNames.slice(0, 50).join('\n')}>
              {group.hostNames.length === 1 ? <HostText text={group.hostNames[0] ?? ''} /> : formatPlural(group.hostNames.length, 'host')}
            </h3>
            {group.commands.map((command) => (
              <CommandBlock key={command.argv.join(' ')} command={command} />
            ))}
          </section>
        ))}
        {without.length > 0 ? (
          <p className="text-ink-2">
            {groups.length === 0 ? 'Nothing has run yet, or nothing was reported. ' : ''}
            No commands from {without.length === 1 ? <HostText text={without[0]?.hostName ?? ''} /> : formatPlural(without.length, 'host')}:
            nothing was attached there.
          </p>
        ) : null}
      </div>
    </Dialog>
  )
}
