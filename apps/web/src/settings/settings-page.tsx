'use client'
import { ROLES, type Role } from '@sonde/contract'
import {
  Badge,
  Button,
  CopyButton,
  EmptyState,
  Field,
  formatAgo,
  HostText,
  Notice,
  Panel,
  Select,
  SkeletonRows,
  Table,
  Td,
  Th,
  TimeAgo,
  Tr,
  useNowMs,
} from '@sonde/ui'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Plus } from 'lucide-react'
import { useState } from 'react'
import { AddHostDialog } from '../hosts/add-host-dialog.tsx'
import { ShareList } from '../share/share-list.tsx'
import { useHasRole, usePerson } from '../shell/person-context.tsx'
import { toast } from '../shell/toast.ts'
import { useTRPC } from '../trpc/client.tsx'
import { errorText } from '../trpc/errors.ts'

const ROLE_WORDS: Record<Role, string> = {
  viewer: 'viewer: reads hosts and captures',
  operator: 'operator: also starts captures',
  admin: 'admin: also adds hosts and people',
}

export function SettingsPage() {
  const admin = useHasRole('admin')
  if (!admin) {
    return (
      <EmptyState page title="Settings are for administrators">
        Ask one of them to invite people or to add hosts.
      </EmptyState>
    )
  }
  return (
    <div className="mx-auto flex w-full max-w-[1100px] flex-col gap-6 p-3 sm:p-4">
      <h1 className="font-semibold text-xl">Settings</h1>
      <People />
      <JoinTokens />
      <div className="flex flex-col gap-2">
        <h2 className="font-semibold text-lg">Share links</h2>
        <p className="text-ink-2">Everyone’s links to captures that work without an account. Only hashes are stored.</p>
        <ShareList />
      </div>
    </div>
  )
}

function People() {
  const trpc = useTRPC()
  const me = usePerson()
  const [role, setRole] = useState<Role>('operator')
  const people = useQuery(trpc.people.list.queryOptions())
  const invite = useMutation(trpc.people.invite.mutationOptions())
  const now = useNowMs(30_000)
  return (
    <div className="flex flex-col gap-2">
      <h2 className="font-semibold text-lg">People</h2>
      {people.error ? <Notice tone="bad" title={errorText(people.error)} /> : null}
      {people.data ? (
        <Table label="People">
          <thead>
            <tr>
              <Th>Name</Th>
              <Th>E-mail</Th>
              <Th>Role</Th>
              <Th>Since</Th>
            </tr>
          </thead>
          <tbody>
            {people.data.map((person) => (
              <Tr key={person.id}>
                <Td className="max-w-48 font-medium">
                  <HostText text={person.name} /> {person.id === me.id ? <span className="font-normal text-ink-3">(you)</span> : null}
                </Td>
                <Td className="max-w-64">
                  <HostText text={person.email} />
                </Td>
                <Td>
                  <Badge tone={person.role === 'admin' ? 'accent' : 'neutral'}>{person.role}</Badge>
                </Td>
                <Td className="whitespace-nowrap">
                  <TimeAgo date={person.createdAt} />
                </Td>
              </Tr>
            ))}
          </tbody>
        </Table>
      ) : (
        <SkeletonRows label="Loading people" rows={3} />
      )}
      <Panel title="Invite someone">
        <form
          className="flex flex-wrap items-end gap-3"
          onSubmit={(event) => {
            event.preventDefault()
            invite.mutate({ role })
          }}
        >
          <div className="w-72">
            <Field label="They will be">
              {(ids) => (
                <Select
                  {...ids}
                  value={role}
                  onChange={(event) => {
                    const next = ROLES.find((r) => r === event.target.value)
                    if (next) setRole(next)
                  }}
                >
                  {ROLES.map((r) => (
                    <option key={r} value={r}>
                      {ROLE_WORDS[r]}
                    </option>
                  ))}
                </Select>
              )}
            </Field>
          </div>
          <Button type="submit" variant="primary" disabled={invite.isPending}>
            Create an invitation link
          </Button>
        </form>
        {invite.error ? <Notice tone="bad" className="mt-3" title={errorText(invite.error)} /> : null}
        {invite.data ? (
          <div className="mt-3 flex flex-col gap-1">
            <div className="flex items-center gap-2 rounded-md border border-line bg-inset p-2">
              <code data-testid="invite-url" className="min-w-0 flex-1 font-mono text-sm wrap-anywhere">
                {invite.data.url}
              </code>
              <CopyButton text={invite.data.url} label="Copy the invitation link" />
            </div>
            <p className="text-ink-2">
              Works once and expires {formatAgo(invite.data.expiresAt, now)}. Send it to one person; whoever opens it first gets the
              account.
            </p>
          </div>
        ) : null}
      </Panel>
    </div>
  )
}

function JoinTokens() {
  const trpc = useTRPC()
  const queryClient = useQueryClient()
  const [adding, setAdding] = useState(false)
  const tokens = useQuery(trpc.joinTokens.list.queryOptions())
  const usable = tokens.data?.filter((token) => token.state === 'usable')
  const revoke = useMutation(
    trpc.joinTokens.revoke.mutationOptions({
      onSuccess: () => queryClient.invalidateQueries({ queryKey: trpc.joinTokens.list.queryKey() }),
      onError: (error) => toast.error('The token was not revoked', { description: errorText(error) }),
    }),
  )
  return (
    <div className="flex flex-col gap-2">
      <div className="flex items-center justify-between gap-2">
        <h2 className="font-semibold text-lg">Join tokens</h2>
        <Button onClick={() => setAdding(true)}>
          <Plus aria-hidden /> Add a host
        </Button>
      </div>
      <p className="text-ink-2">A join token lets an agent enrol once; the agent then has a token of its own. Only hashes are stored.</p>
      {tokens.error ? <Notice tone="bad" title={errorText(tokens.error)} /> : null}
      {usable ? (
        usable.length === 0 ? (
          <p className="text-ink-2">None that could still be used.</p>
        ) : (
          <Table label="Join tokens">
            <thead>
              <tr>
                <Th>Created</Th>
                <Th>By</Th>
                <Th>Expires</Th>
                <Th numeric>Hosts enrolled</Th>
                <Th>
                  <span className="sr-only">Actions</span>
                </Th>
              </tr>
            </thead>
            <tbody>
              {usable.map((token) => (
                <Tr key={token.id}>
                  <Td className="whitespace-nowrap">
                    <TimeAgo date={token.createdAt} />
                  </Td>
                  <Td className="max-w-48">
                    {token.createdBy === null ? <span className="text-ink-2">command line</span> : <HostText text={token.createdBy} />}
                  </Td>
                  <Td className="whitespace-nowrap">
                    <TimeAgo date={token.expiresAt} />
                  </Td>
                  <Td numeric>
                    {token.uses} of {token.maxUses}
                  </Td>
                  <Td numeric>
                    <Button size="sm" variant="danger" disabled={revoke.isPending} onClick={() => revoke.mutate({ id: token.id })}>
                      Revoke
                    </Button>
                  </Td>
                </Tr>
              ))}
            </tbody>
          </Table>
        )
      ) : (
        <SkeletonRows label="Loading tokens" rows={2} />
      )}
      <AddHostDialog open={adding} onOpenChange={setAdding} />
    </div>
  )
}
