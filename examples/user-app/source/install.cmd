@echo off
rem Installs for the user who is signed in.
setlocal
set "target=%LOCALAPPDATA%\Waybill User App"

if not exist "%target%\" mkdir "%target%"
echo Put here by user-app of Waybill.>"%target%\app.txt"
if errorlevel 1 exit /b 1603
exit /b 0
