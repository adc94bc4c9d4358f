'use client'
import { RECIPE_CATEGORIES, RECIPE_LIST } from '@sonde/contract'
import { cx, HostText, StateDot, TimeAgo } from '@sonde/ui'
import { useQuery } from '@tanstack/react-query'
import { Command } from 'cmdk'
import {
  AlarmClock,
  ArrowLeftRight,
  BookOpen,
  CloudUpload,
  FileUp,
  Flame,
  FolderOpen,
  Keyboard,
  KeyRound,
  LogOut,
  Monitor,
  Moon,
  Plus,
  Server,
  Settings,
  Sun,
} from 'lucide-react'
import { useRouter } from 'next/navigation'
import { useTheme } from 'next-themes'
import type { ReactNode } from 'react'
import { captureDot } from '../captures/capture-state.ts'
import { useImport } from '../import/import-provider.tsx'
import { recipeHref } from '../new-capture/draft.ts'
import { useTRPC } from '../trpc/client.tsx'
import { useHasRole } from './person-context.tsx'
import { signOut } from './sign-out.ts'

const ITEM =
  'flex h-8 cursor-default select-none items-center gap-2 rounded-sm px-2 data-[selected=true]:bg-hover [&_svg]:size-3.5 [&_svg]:shrink-0 [&_svg]:text-ink-3'
const GROUP =
  '[&_[cmdk-group-heading]]:px-2 [&_[cmdk-group-heading]]:pt-2 [&_[cmdk-group-heading]]:pb-1 [&_[cmdk-group-heading]]:text-ink-3 [&_[cmdk-group-heading]]:text-sm'

export function CommandPalette({
  open,
  onOpenChange,
  onOpenHelp,
}: {
  open: boolean
  onOpenChange: (open: boolean) => void
  onOpenHelp: () => void
}) {
  const trpc = useTRPC()
  const router = useRouter()
  const { setTheme } = useTheme()
  const admin = useHasRole('admin')
  const operator = useHasRole('operator')
  const { choose } = useImport()
  const hosts = useQuery({ ...trpc.hosts.list.queryOptions({}), enabled: open })
  const captures = useQuery({ ...trpc.captures.list.queryOptions({ limit: 20 }), enabled: open })

  const then = (action: () => void) => () => {
    onOpenChange(false)
    action()
  }
  const page = (href: string, label: string, icon: ReactNode) => (
    <Command.Item className={ITEM} value={`page ${label}`} onSelect={then(() => router.push(href))}>
      {icon} {label}
    </Command.Item>
  )
  return (
    <Command.Dialog
      open={open}
      onOpenChange={onOpenChange}
      label="Search and commands"
      overlayClassName="fixed inset-0 z-40 bg-scrim"
      contentClassName="fixed top-[14vh] left-1/2 z-50 w-[min(600px,calc(100vw-24px))] -translate-x-1/2 overflow-hidden rounded-lg border border-line bg-raised text-ink shadow-overlay"
    >
      <Command.Input
        placeholder="Go to a page, host, capture or recipe…"
        className="h-11 w-full border-line border-b bg-transparent px-4 text-lg outline-none placeholder:text-ink-3"
      />
      <Command.List className="max-h-[52vh] overflow-auto p-1.5">
        <Command.Empty className="px-2 py-6 text-center text-ink-2">Nothing here has that name.</Command.Empty>
        <Command.Group heading="Pages" className={GROUP}>
          {operator ? page('/captures/new', 'New capture', <Plus aria-hidden />) : null}
          {operator ? (
            <Command.Item className={ITEM} value="import a file" keywords={['profile', 'upload']} onSelect={then(choose)}>
              <FileUp aria-hidden /> Import a file…
            </Command.Item>
          ) : null}
          {page('/hosts', 'Hosts', <Server aria-hidden />)}
          {page('/captures', 'Captures', <Flame aria-hidden />)}
          {page('/compare', 'Compare two captures', <ArrowLeftRight aria-hidden />)}
          {page('/recipes', 'Recipes', <BookOpen aria-hidden />)}
          {page('/deploys', 'Deploys', <CloudUpload aria-hidden />)}
          {page('/rules', 'Rules', <AlarmClock aria-hidden />)}
          {operator ? page('/rules/new', 'New rule', <AlarmClock aria-hidden />) : null}
          {page('/incidents', 'Incidents', <FolderOpen aria-hidden />)}
          {admin ? page('/settings', 'Settings', <Settings aria-hidden />) : null}
          {page('/settings/tokens', 'Your tokens', <KeyRound aria-hidden />)}
        </Command.Group>
        {hosts.data && hosts.data.length > 0 ? (
          <Command.Group heading="Hosts" className={GROUP}>
            {hosts.data.slice(0, 200).map((host) => (
              <Command.Item
                key={host.id}
                className={ITEM}
                value={`host ${host.name} ${host.id}`}
                keywords={Object.entries(host.labels).map(([key, value]) => `${key}=${value}`)}
                onSelect={then(() => router.push(`/hosts/${host.id}`))}
              >
                <StateDot kind={host.online ? 'good' : 'hollow'} />
                <HostText text={host.name} className="flex-1" />
                <span className="text-ink-3 text-sm">{host.online ? 'online' : 'offline'}</span>
              </Command.Item>
            ))}
          </Command.Group>
        ) : null}
        {captures.data && captures.data.items.length > 0 ? (
          <Command.Group heading="Recent captures" className={GROUP}>
            {captures.data.items.map((capture) => (
              <Command.Item
                key={capture.id}
                className={ITEM}
                value={`capture ${capture.title} ${capture.id}`}
                keywords={capture.hosts.map((host) => host.name)}
                onSelect={then(() => router.push(`/captures/${capture.id}`))}
              >
                <StateDot kind={captureDot(capture.state)} />
                <HostText text={capture.title} className="min-w-0 flex-1" />
                <TimeAgo date={capture.createdAt} className={cx('shrink-0 text-ink-3 text-sm')} />
              </Command.Item>
            ))}
          </Command.Group>
        ) : null}
        <Command.Group heading="Recipes" className={GROUP}>
          {RECIPE_LIST.map((recipe) => (
            <Command.Item
              key={recipe.id}
              className={ITEM}
              value={`recipe ${recipe.title} ${recipe.id}`}
              keywords={[recipe.question, RECIPE_CATEGORIES[recipe.category], ...recipe.alsoKnownAs]}
              onSelect={then(() => router.push(operator ? recipeHref(recipe.id) : `/recipes/${recipe.id}`))}
            >
              <BookOpen aria-hidden />
              <span className="shrink-0">{recipe.title}</span>
              <span className="min-w-0 flex-1 truncate text-right text-ink-3 text-sm">{recipe.question}</span>
            </Command.Item>
          ))}
        </Command.Group>
        <Command.Group heading="Commands" className={GROUP}>
          {(
            [
              ['light', 'Light theme', Sun],
              ['dark', 'Dark theme', Moon],
              ['system', 'Theme as the system', Monitor],
            ] as const
          ).map(([id, label, Icon]) => (
            <Command.Item key={id} className={ITEM} value={`command ${label}`} onSelect={then(() => setTheme(id))}>
              <Icon aria-hidden /> {label}
            </Command.Item>
          ))}
          <Command.Item className={ITEM} value="command keyboard help shortcuts" onSelect={then(onOpenHelp)}>
            <Keyboard aria-hidden /> Keyboard help
          </Command.Item>
          <Command.Item className={ITEM} value="command sign out" onSelect={then(signOut)}>
            <LogOut aria-hidden /> Sign out
          </Command.Item>
        </Command.Group>
      </Command.List>
    </Command.Dialog>
  )
}
