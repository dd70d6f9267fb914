@echo off
rem Fails as an MSI does: 1603, after a word on the reason.
echo The licence server does not answer; nothing was installed.
exit /b 1603
