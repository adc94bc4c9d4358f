'use client'
import type { RuleView } from '@sonde/contract'
import { Button, CopyButton, Notice, Panel, TimeAgo } from '@sonde/ui'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useTRPC } from '../trpc/client.tsx'
import { errorText } from '../trpc/errors.ts'

/** Where Alertmanager sends this rule's alerts, and the token that proves them; it is shown once. */
export function AlertAddress({ rule, mayChange }: { rule: RuleView; mayChange: boolean }) {
  const trpc = useTRPC()
  const queryClient = useQueryClient()
  const rotate = useMutation(
    trpc.rules.rotateToken.mutationOptions({ onSuccess: () => queryClient.invalidateQueries({ queryKey: trpc.rules.get.pathKey() }) }),
  )
  const receiver = rotate.data ? receiverOf(rotate.data) : null
  return (
    <Panel
      title="Alertmanager"
      actions={
        mayChange ? (
          <Button size="sm" onClick={() => rotate.mutate({ id: rule.id })} disabled={rotate.isPending}>
            {rule.tokenMadeAt ? 'New token' : 'Make a token'}
          </Button>
        ) : null
      }
    >
      <div className="flex flex-col gap-2">
        {receiver === null ? (
          <p className="text-ink-2">
            {rule.tokenMadeAt ? (
              <>
                A token was made <TimeAgo date={rule.tokenMadeAt} />. Only its hash is stored; a new one ends it.
              </>
            ) : (
              'No alert can reach this rule yet: it needs a token.'
            )}
          </p>
        ) : (
          <>
            <p className="text-ink-2">A receiver for alertmanager.yml. The token is shown this once.</p>
            <div className="flex items-start gap-2 rounded-md border border-line bg-inset p-2">
              {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
              <pre tabIndex={0} className="min-w-0 flex-1 overflow-auto font-mono text-sm" data-testid="alert-receiver">
                {receiver}
              </pre>
              <CopyButton text={receiver} label="Copy the receiver" />
            </div>
          </>
        )}
        {rotate.error ? <Notice tone="bad" title={errorText(rotate.error)} /> : null}
      </div>
    </Panel>
  )
}

const receiverOf = ({ url, token }: { url: string; token: string }): string => `receivers:
  - name: sonde
    webhook_configs:
      - url: ${url}
        send_resolved: true
        http_config:
          authorization:
            credentials: ${token}`
