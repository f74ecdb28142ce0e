/** Which page is shown where. Addresses live behind `#`, so that any web server can serve the app. */
import { useEffect, useState } from 'preact/hooks';
import { Redirect, Route, Router, Switch } from 'wouter-preact';
import { useHashLocation } from 'wouter-preact/use-hash-location';
import { Trouble } from '../core/trouble';
import { Account } from './pages/account';
import { Camera } from './pages/camera';
import { Compare } from './pages/compare';
import { Entry } from './pages/entry';
import { Grade } from './pages/grade';
import { History } from './pages/history';
import { Result } from './pages/result';
import { SignIn } from './pages/sign-in';
import { Trend } from './pages/trend';
import { TroubleNotice } from './parts/notice';
import { Shell } from './parts/shell';

export function App({ opened }: { opened: Promise<void> }) {
  const [state, setState] = useState<'opening' | 'open' | 'failed'>('opening');
  useEffect(() => {
    opened.then(
      () => setState('open'),
      () => setState('failed'),
    );
  }, [opened]);
  return (
    <Router hook={useHashLocation}>
      <Shell>
        {state === 'open' ? (
          <Pages />
        ) : (
          <main>{state === 'failed' && <TroubleNotice error={new Trouble('storage')} />}</main>
        )}
      </Shell>
    </Router>
  );
}

function Pages() {
  return (
    <Switch>
      <Route path="/" component={Grade} />
      <Route path="/camera" component={Camera} />
      <Route path="/result" component={Result} />
      <Route path="/history" component={History} />
      <Route path="/history/:id">{({ id }) => <Entry id={id} />}</Route>
      <Route path="/compare" component={Compare} />
      <Route path="/trend" component={Trend} />
      <Route path="/account" component={Account} />
      <Route path="/account/:how">{({ how }) => <SignIn key={how} how={how} />}</Route>
      <Route>
        <Redirect to="/" />
      </Route>
    </Switch>
  );
}
