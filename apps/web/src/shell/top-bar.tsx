'use client'
import { Button, cx, HostText, Kbd, Menu, MenuItem, MenuLabel, MenuSeparator } from '@sonde/ui'
import { CircleUser, Keyboard, KeyRound, LogOut, Monitor, Moon, Plus, Search, Sun } from 'lucide-react'
import Link from 'next/link'
import { usePathname, useRouter } from 'next/navigation'
import { useTheme } from 'next-themes'
import { lazy, Suspense } from 'react'
import { Logo } from './logo.tsx'
import { useModKey } from './mod-key.tsx'
import { useHasRole, usePerson } from './person-context.tsx'
import { signOut } from './sign-out.ts'

/** How many pages have their names in the bar where it is narrow; the others are in a menu. */
const ALWAYS = 2

const PAGE = 'h-11 items-center border-b-2 px-1.5 pt-0.5 sm:px-2.5'
const HERE = 'border-accent font-medium text-ink'
const ELSEWHERE = 'border-transparent text-ink-2 hover:text-ink'
const MentionBell = lazy(async () => ({ default: (await import('../notes/mention-bell.tsx')).MentionBell }))

export function TopBar({ onOpenPalette, onOpenHelp }: { onOpenPalette: () => void; onOpenHelp: () => void }) {
  const pathname = usePathname()
  const router = useRouter()
  const mod = useModKey()
  const admin = useHasRole('admin')
  const operator = useHasRole('operator')
  const pages = [
    { href: '/hosts', label: 'Hosts' },
    { href: '/captures', label: 'Captures' },
    { href: '/recipes', label: 'Recipes' },
    { href: '/deploys', label: 'Deploys' },
    { href: '/incidents', label: 'Incidents' },
    { href: '/rules', label: 'Rules' },
    ...(admin ? [{ href: '/settings', label: 'Settings' }] : []),
  ]
  const isHere = (href: string) => pathname === href || (pathname.startsWith(`${href}/`) && pathname !== '/captures/new')
  return (
    <header className="print:hidden sticky top-0 z-30 flex h-11 shrink-0 items-center gap-0.5 border-line border-b bg-surface px-1.5 sm:gap-3 sm:px-3">
      <Link href="/hosts" className="flex items-center gap-2 rounded-md px-1 font-semibold text-lg tracking-tight" aria-label="Sonde">
        <Logo />
        <span className="hidden sm:inline">Sonde</span>
      </Link>
      <nav aria-label="Pages" className="flex items-center">
        {pages.map((page, at) => (
          <Link
            key={page.href}
            href={page.href}
            aria-current={isHere(page.href) ? 'page' : undefined}
            className={cx(PAGE, isHere(page.href) ? HERE : ELSEWHERE, at < ALWAYS ? 'flex' : 'hidden lg:flex')}
          >
            {page.label}
          </Link>
        ))}
        <Menu
          align="start"
          trigger={
            <button
              type="button"
              aria-label="More pages"
              className={cx(PAGE, pages.slice(ALWAYS).some(({ href }) => isHere(href)) ? HERE : ELSEWHERE, 'flex lg:hidden')}
            >
              More
            </button>
          }
        >
          {pages.slice(ALWAYS).map((page) => (
            <MenuItem key={page.href} onSelect={() => router.push(page.href)}>
              {page.label}
            </MenuItem>
          ))}
        </Menu>
      </nav>
      <div className="flex-1" />
      <button
        type="button"
        onClick={onOpenPalette}
        data-testid="open-palette"
        className="flex h-7 items-center gap-2 rounded-md border border-line-strong px-2 text-ink-2 hover:bg-hover"
      >
        <Search aria-hidden className="size-3.5" />
        <span className="sr-only md:not-sr-only">Search</span>
        <span aria-hidden className="hidden items-center gap-0.5 md:flex">
          <Kbd>{mod}</Kbd>
          <Kbd>K</Kbd>
        </span>
      </button>
      {operator ? (
        <Button asChild variant="primary">
          <Link href="/captures/new" aria-label="New capture">
            <Plus aria-hidden />
            <span className="hidden sm:inline">New capture</span>
          </Link>
        </Button>
      ) : null}
      <div className="flex size-7 items-center justify-center">
        <Suspense>
          <MentionBell />
        </Suspense>
      </div>
      <PersonMenu onOpenHelp={onOpenHelp} />
    </header>
  )
}

function PersonMenu({ onOpenHelp }: { onOpenHelp: () => void }) {
  const person = usePerson()
  const router = useRouter()
  const { theme, setTheme } = useTheme()
  const themes = [
    { id: 'system', label: 'As the system', Icon: Monitor },
    { id: 'light', label: 'Light', Icon: Sun },
    { id: 'dark', label: 'Dark', Icon: Moon },
  ]
  return (
    <Menu
      trigger={
        <Button variant="ghost" icon aria-label="Your account and theme">
          <CircleUser className="size-4!" />
        </Button>
      }
    >
      <div className="max-w-64 px-2 py-1">
        <HostText text={person.name} className="font-medium" />
        <div className="text-ink-2 text-sm">
          <HostText text={person.email} /> · {person.role}
        </div>
      </div>
      <MenuSeparator />
      <MenuLabel>Theme</MenuLabel>
      {themes.map(({ id, label, Icon }) => (
        <MenuItem key={id} onSelect={() => setTheme(id)}>
          <Icon aria-hidden />
          <span className="flex-1">{label}</span>
          {theme === id ? <span className="text-accent">✓</span> : null}
        </MenuItem>
      ))}
      <MenuSeparator />
      <MenuItem onSelect={() => router.push('/settings/tokens')}>
        <KeyRound aria-hidden /> Your tokens
      </MenuItem>
      <MenuItem onSelect={onOpenHelp}>
        <Keyboard aria-hidden /> <span className="flex-1">Keyboard</span> <Kbd>?</Kbd>
      </MenuItem>
      <MenuItem onSelect={signOut}>
        <LogOut aria-hidden /> Sign out
      </MenuItem>
    </Menu>
  )
}
