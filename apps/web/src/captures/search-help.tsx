'use client'
import { SEARCH_FIELDS } from '@sonde/contract'
import { Explain } from '@sonde/ui'

const EXAMPLES: Record<keyof typeof SEARCH_FIELDS, string> = {
  host: 'host:web-1',
  label: 'env=prod',
  function: 'function:json_encode',
  syscall: 'syscall:fsync',
  by: 'by:ada',
  tag: 'tag:queue-down',
  deploy: 'deploy:checkout',
  note: 'note:"queue is down"',
}

/** What the search box of captures understands. */
export function SearchHelp() {
  return (
    <Explain
      tone="neutral"
      className="min-h-6 min-w-6 justify-center"
      what={
        <span className="grid grid-cols-[max-content_1fr] gap-x-3 gap-y-1">
          {Object.entries(SEARCH_FIELDS).map(([field, meaning]) => (
            <span key={field} className="contents">
              <code className="font-mono text-sm">{EXAMPLES[field as keyof typeof SEARCH_FIELDS]}</code>
              <span>{meaning}</span>
            </span>
          ))}
        </span>
      }
      remedy="Words without a field are looked for in titles, hosts, people, probes, tags, functions and system calls. All of them must fit. Functions and system calls are known when a capture has ended."
    >
      ?
    </Explain>
  )
}
