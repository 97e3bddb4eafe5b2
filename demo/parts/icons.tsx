import type { ComponentChildren } from 'preact';

function Icon({ children }: { readonly children: ComponentChildren }) {
  return (
    <svg class="icon" viewBox="0 0 20 20" aria-hidden="true" focusable="false">
      {children}
    </svg>
  );
}

export const CheckIcon = () => (
  <Icon>
    <path d="M5 10.5l3.4 3.4L15 7" />
  </Icon>
);

export const SkipIcon = () => (
  <Icon>
    <path d="M5 5.5l5 4.5-5 4.5M12.5 5.5v9" />
  </Icon>
);

export const FailIcon = () => (
  <Icon>
    <path d="M6 6l8 8M14 6l-8 8" />
  </Icon>
);

export const ChevronIcon = () => (
  <Icon>
    <path d="M5.5 8l4.5 4.5L14.5 8" />
  </Icon>
);

export const Mark = () => (
  <svg class="mark" viewBox="0 0 32 32" aria-hidden="true" focusable="false">
    <rect width="32" height="32" rx="8" />
    <circle cx="16" cy="16" r="9" />
    <path d="M16 7a9 9 0 1 1-9 9" />
  </svg>
);
