'use client'
import type { RuleView } from '@sonde/contract'
import { Badge, Button, EmptyState, formatTimestamp, HostText, Notice, SkeletonRows, Table, Td, Th, TimeAgo, Tr } from '@sonde/ui'
import { useQuery } from '@tanstack/react-query'
import { AlarmClock, Plus } from 'lucide-react'
import Link from 'next/link'
import { useHasRole } from '../shell/person-context.tsx'
import { useTRPC } from '../trpc/client.tsx'
import { errorText } from '../trpc/errors.ts'
import { EnabledSwitch, useMayChange } from './enabled-switch.tsx'
import { hostsWords, OUTCOME_TONES } from './rule-words.ts'

export function RulesPage() {
  const trpc = useTRPC()
  const operator = useHasRole('operator')
  const rules = useQuery({ ...trpc.rules.list.queryOptions(), refetchInterval: 10_000 })
  const make = operator ? (
    <Button asChild variant={rules.data?.length === 0 ? 'primary' : 'secondary'}>
      <Link href="/rules/new">
        <Plus aria-hidden /> New rule
      </Link>
    </Button>
  ) : null
  return (
    <div className="mx-auto flex w-full max-w-[1600px] flex-col gap-3 p-3 sm:p-4">
      <div className="flex flex-wrap items-center gap-2">
        <h1 className="mr-2 font-semibold text-xl">Rules</h1>
        <div className="flex-1" />
        {make}
      </div>
      {rules.error && !rules.data ? (
        <Notice tone="bad" title="The rules could not be loaded">
          <HostText wrap text={errorText(rules.error)} />
        </Notice>
      ) : !rules.data ? (
        <SkeletonRows label="Loading rules" />
      ) : rules.data.length === 0 ? (
        <EmptyState icon={<AlarmClock />} title="No rule yet" action={make}>
          A rule starts captures while nobody looks: at a time, at an alert, when a host trips a threshold of its own, after a deploy. The
          capture says why it exists.
        </EmptyState>
      ) : (
        <Table label="Rules">
          <thead>
            <tr>
              <Th>Rule</Th>
              <Th>On</Th>
              <Th className="hidden sm:table-cell">When</Th>
              <Th className="hidden lg:table-cell">Hosts</Th>
              <Th className="hidden md:table-cell">Last asked</Th>
              <Th className="hidden lg:table-cell">Next</Th>
              <Th numeric className="hidden sm:table-cell">
                In 24 h
              </Th>
              <Th className="hidden xl:table-cell">Who</Th>
            </tr>
          </thead>
          <tbody>
            {rules.data.map((rule) => (
              <RuleRow key={rule.id} rule={rule} />
            ))}
          </tbody>
        </Table>
      )}
    </div>
  )
}

function RuleRow({ rule }: { rule: RuleView }) {
  const mayChange = useMayChange(rule)
  return (
    <Tr data-testid="rule-row">
      <Td className="max-w-64">
        <Link href={`/rules/${rule.id}`} className="font-medium hover:underline">
          <HostText text={rule.name} />
        </Link>
        <span className="block text-ink-2 text-sm sm:hidden">{rule.triggerWords}</span>
        {rule.disabledReason ? <HostText wrap text={rule.disabledReason} className="block text-sm text-warn" /> : null}
      </Td>
      <Td>
        <EnabledSwitch rule={rule} disabled={!mayChange} />
      </Td>
      <Td className="hidden max-w-80 sm:table-cell">
        <HostText wrap text={rule.triggerWords} />
      </Td>
      <Td className="hidden max-w-56 lg:table-cell">
        <HostText text={hostsWords(rule.hosts)} />
      </Td>
      <Td className="hidden max-w-72 md:table-cell">
        {rule.last ? (
          <span className="inline-flex max-w-full items-center gap-1.5">
            <Badge tone={OUTCOME_TONES[rule.last.outcome]}>{rule.last.outcome}</Badge>
            <TimeAgo date={rule.last.lastAt} className="whitespace-nowrap" />
          </span>
        ) : (
          <span className="text-ink-3">never</span>
        )}
      </Td>
      <Td className="hidden whitespace-nowrap tabular-nums lg:table-cell">
        {rule.nextDueAt ? formatTimestamp(rule.nextDueAt) : <span className="text-ink-3">–</span>}
      </Td>
      <Td numeric className="hidden whitespace-nowrap sm:table-cell">
        {rule.firedToday} of {rule.maxPerDay}
      </Td>
      <Td className="hidden max-w-40 xl:table-cell">
        <HostText text={rule.createdBy.name} className="text-ink-2" />
      </Td>
    </Tr>
  )
}
