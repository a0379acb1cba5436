// A classic script, so that it runs where modules do not: from a file, or where part of the page is missing. Whatever keeps
// the demo from starting ends here and is told in a sentence, with what to do about it.

import('./main.js').catch((error) => {
  const advice =
    location.protocol === 'file:'
      ? 'A page opened as a file may not load modules. Run "make demo" and open the address it prints.'
      : error.code === 'load'
        ? 'Check that maskloss.wasm was built ("make build") and lies beside the library, or try another browser; then reload the page.'
        : 'Reload the page. If that does not help, rebuild it with "make site".';
  const status = document.getElementById('status');
  status.textContent = `The demo could not start: ${error.message.replace(/\.+$/, '')}. ${advice}`;
  status.className = 'failure';
  status.setAttribute('role', 'alert');
  document.querySelector('main').hidden = true;
  console.error(error);
});
