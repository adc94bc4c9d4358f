import type { HostCommand } from '@sonde/contract'
import { Badge, CopyButton, HostText, ScrollBox, visibleText } from '@sonde/ui'
import { COLLECTOR_WORDS } from '../collectors/collector-words.ts'
import { shellQuote } from './shell-quote.ts'

/** One command exactly as it runs on the host: argv, environment, program text; each can be copied. */
export function CommandBlock({ command }: { command: HostCommand }) {
  const line = shellQuote(command.argv, command.env)
  const programLines = command.program?.split('\n').length ?? 0
  return (
    <div className="min-w-0 rounded-md border border-line bg-inset" data-testid="command">
      <div className="flex items-center gap-2 border-line border-b px-2 py-1">
        <Badge>{COLLECTOR_WORDS[command.collector].name}</Badge>
        <HostText text={command.tool} className="font-medium" />
        {command.toolVersion ? <HostText text={command.toolVersion} className="min-w-0 text-ink-2 text-sm" /> : null}
        <span className="flex-1" />
        <CopyButton text={line} label={`Copy the ${command.tool} command`} />
      </div>
      <ScrollBox label={`${command.tool} command`} className="max-h-40">
        <pre className="whitespace-pre-wrap px-2 py-1.5 font-mono text-sm wrap-anywhere">
          <bdi dir="ltr">{visibleText(line, true)}</bdi>
        </pre>
      </ScrollBox>
      {command.program === null ? null : (
        <details className="border-line border-t">
          <summary className="px-2 py-1 text-ink-2 hover:text-ink">
            Program, {programLines} {programLines === 1 ? 'line' : 'lines'}
          </summary>
          <div className="relative border-line border-t">
            <CopyButton text={command.program} label={`Copy the ${command.tool} program`} className="absolute top-1 right-1" />
            <ScrollBox label={`${command.tool} program`} className="max-h-80">
              <pre className="w-max px-2 py-1.5 font-mono text-sm">
                <bdi dir="ltr">{visibleText(command.program, true)}</bdi>
              </pre>
            </ScrollBox>
          </div>
        </details>
      )}
    </div>
  )
}
