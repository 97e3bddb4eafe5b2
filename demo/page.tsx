import { render } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { Onboarding } from './onboarding.js';
import { Workbench } from './parts/workbench.js';
import { Header } from './parts/header.js';
import { rememberUser, userOfAddress, userOfStart } from './recent-users.js';

/** The page: one user's onboarding at a time. */
function Page() {
  const [onboarding, choose] = useState(() => new Onboarding(userOfStart()));
  useEffect(() => {
    rememberUser(onboarding.user);
    onboarding.open();
    return () => onboarding.close();
  }, [onboarding]);
  useEffect(() => {
    const follow = () => choose((shown) => ofAddress(shown));
    addEventListener('hashchange', follow);
    return () => removeEventListener('hashchange', follow);
  }, []);
  return (
    <>
      <Header onboarding={onboarding} onUser={(user) => choose(new Onboarding(user))} />
      <Workbench key={onboarding.user} onboarding={onboarding} />
    </>
  );
}

function ofAddress(shown: Onboarding): Onboarding {
  const user = userOfAddress();
  return user === null || user === shown.user ? shown : new Onboarding(user);
}

const root = document.getElementById('page');
if (root) render(<Page />, root);
